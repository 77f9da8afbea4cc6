import type { Clock } from '../../lib/clock.ts'
import { publishDelayOf, withMistakes } from './faults.ts'
import type { Named, Parent } from './named.ts'
import { parentZoneText } from './parent-zone.ts'
import type { InternetState } from './state.ts'

export interface Publisher {
  /**
   * Has every parent show this state, each after its delay and after what it was given before. Resolves when those show it
   * that hold nothing back, so that whoever looks after an answer sees what was asked for, however slow a reload is.
   */
  publish(state: InternetState): Promise<void>
  /** Publishes at once what is held back. Resolves when every parent shows it, or was given up. */
  flush(): Promise<void>
  /** Serial that each parent was last seen to show, by its name. */
  shown(): Readonly<Record<string, number>>
}

/** The parent zone as one parent is to show it. */
export const zoneOf = (state: InternetState, parents: readonly Parent[], parent: Parent): string => {
  const isFirst = parent.name === parents[0]?.name
  const domains = isFirst ? state.domains : withMistakes(state.domains, state.faults)
  return parentZoneText({ parents, domains, serial: state.serial, ttlSeconds: state.parentTtl })
}

interface PublisherOptions {
  readonly parents: readonly Parent[]
  readonly named: Pick<Named, 'publish'>
  readonly clock: Clock
}

export const createPublisher = ({ parents, named, clock }: PublisherOptions): Publisher => {
  const shown: Record<string, number> = {}
  let holding = new AbortController()
  const lines = parents.map((parent) => {
    let last = Promise.resolve()
    let dueAt = 0
    const show = async (text: string, serial: number): Promise<void> => {
      await named.publish(parent, { text, serial })
      shown[parent.name] = serial
    }
    return {
      add: async (state: InternetState): Promise<void> => {
        const text = zoneOf(state, parents, parent)
        const delayMs = publishDelayOf(state.faults, parent.name)
        dueAt = Math.max(dueAt, clock.now() + delayMs)
        const due = clock.sleep(delayMs, holding.signal).catch(() => {})
        last = Promise.all([last, due])
          .then(() => show(text, state.serial))
          .catch((error: Error) => void process.stderr.write(`not published: ${error.message}\n`))
        if (dueAt <= clock.now()) await last
      },
      flushed: (): Promise<void> => {
        dueAt = 0
        return last
      },
    }
  })
  return {
    publish: async (state) => {
      await Promise.all(lines.map((line) => line.add(state)))
    },
    flush: async () => {
      holding.abort()
      holding = new AbortController()
      await Promise.all(lines.map((line) => line.flushed()))
    },
    shown: () => ({ ...shown }),
  }
}
