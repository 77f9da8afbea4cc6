import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Check } from './check.ts'
import type { Asked, Lane } from './lane.ts'
import type { Window } from './window.ts'

interface Work {
  readonly lane: Lane
  readonly checks: readonly Check[]
  readonly window: Window
}

interface Ended {
  readonly check: Check
  readonly worker: number
  readonly asked: Asked
}

/**
 * Asks every check, as many at a time as the window lets. A turn of the event loop at a time: what was answered in it is judged once the
 * next questions are on their way, so that the server has work meanwhile.
 * @throws the signal's reason when aborted, and what `judge` throws.
 */
export const askAll = ({ lane, checks, window }: Work, judge: (check: Check, asked: Asked) => void): Promise<void> =>
  new Promise((resolve, reject) => {
    const left = checks.values()
    const idle: number[] = []
    let workers = 0
    let open = 0
    let turn: Ended[] = []

    const ask = (check: Check): void => {
      const worker = idle.pop() ?? workers++
      const take = (asked: Asked): void => {
        if (turn.push({ check, worker, asked }) === 1) nextTurn().then(endTurn).catch(reject)
      }
      open += 1
      lane.put(check, worker, { take, fail: reject })
    }
    const fill = (): void => {
      for (let check = next(); check; check = next()) ask(check)
    }
    const next = (): Check | undefined => (open < window.size() ? left.next().value : undefined)
    const leave = ({ worker, asked }: Ended): void => {
      open -= 1
      idle.push(worker)
      window.note(asked.tries === 1)
    }
    const endTurn = (): void => {
      const ended = turn
      turn = []
      ended.forEach(leave)
      fill()
      for (const { check, asked } of ended) judge(check, asked)
      if (open === 0) resolve()
    }
    fill()
    if (open === 0) resolve()
  })
