import { existsSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'

/** An event of a run, as it stands in `events.ndjson`. */
export type RunEvent = { readonly event: string } & Readonly<Record<string, unknown>>

/** The process is gone: nothing that it meant to do happens. */
class Killed extends Error {}

export interface Gate {
  /** Events of this run so far. */
  events(): readonly RunEvent[]
  isDead(): boolean
  /** @throws Killed */
  pass(): void
}

export interface Watch {
  /** The process is killed right after this event: whatever comes next does not happen. */
  readonly killAfter?: ((event: RunEvent) => boolean) | undefined
  /** Told of each event before the next effect. */
  readonly onEvent?: ((event: RunEvent) => void) | undefined
}

/**
 * Lets the effects of one run through until its process is killed.
 * @param root folder of the checkout that the run writes its events below
 */
export const createGate = (root: string, { killAfter, onEvent }: Watch): Gate => {
  const offsets = new Map<string, number>()
  const seen: RunEvent[] = []
  let dead = false
  const readNew = (): readonly RunEvent[] =>
    filesBelow(root).flatMap((file) => {
      const text = readFileSync(file, 'utf8')
      const fresh = text.slice(offsets.get(file) ?? 0)
      offsets.set(file, text.length)
      return fresh
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line) as RunEvent)
    })
  // what earlier runs wrote
  readNew()
  const isDead = (): boolean => {
    if (dead || !(killAfter || onEvent)) return dead
    for (const event of readNew()) {
      seen.push(event)
      onEvent?.(event)
      dead = killAfter?.(event) === true
      if (dead) break
    }
    return dead
  }
  return {
    isDead,
    events: () => {
      if (!dead) seen.push(...readNew())
      return [...seen]
    },
    pass: () => {
      if (isDead()) throw new Killed('the process is killed')
    },
  }
}

const filesBelow = (root: string): readonly string[] => {
  const runs = path.join(root, 'runs')
  if (!existsSync(runs)) return []
  return readdirSync(runs)
    .map((generation) => path.join(runs, generation, 'events.ndjson'))
    .filter((file) => existsSync(file))
}
