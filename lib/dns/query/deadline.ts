/** One moment at a time until which something has to happen. */
export interface Deadline {
  /** In so many milliseconds, unless it is sooner already. */
  set(ms: number): void
  /** Nothing has to happen any more, for now. */
  clear(): void
  /** Nothing has to happen any more, ever: without it, a timer may keep the process for a while. */
  cancel(): void
}

const lateMs = 20
const graceMs = 50
const never = Number.POSITIVE_INFINITY

/**
 * Calls `expire` once the moment that was set is over, unless it is cleared before. A process that was busy (or suspended) runs
 * its timers before it looks at its sockets, and would call an answer lost that has long arrived. So a timer that fires late waits once
 * more, and every timer lets the socket events already waiting be handled first.
 *
 * Deadlines are met nearly always, and a connection has one question after the other: a timer that runs is left to run, and looks at its
 * end whether the deadline is a later one by now.
 */
export const createDeadline = (expire: () => void): Deadline => {
  let timer: NodeJS.Timeout | undefined
  let immediate: NodeJS.Immediate | undefined
  let due = never
  let runsUntil = never

  const runUntil = (at: number, then: () => void): void => {
    clearTimeout(timer)
    timer = setTimeout(then, at - performance.now())
    runsUntil = at
  }
  const rest = (): void => {
    clearTimeout(timer)
    timer = undefined
    runsUntil = never
  }
  const look = (): void => {
    const now = performance.now()
    if (due === never) rest()
    else if (now < due) runUntil(due, look)
    else if (now - runsUntil > lateMs) runUntil(now + graceMs, afterSockets)
    else afterSockets()
  }
  const afterSockets = (): void => {
    immediate = setImmediate(() => {
      rest()
      if (performance.now() < due) look()
      else {
        due = never
        expire()
      }
    })
  }

  return {
    set: (ms) => {
      const at = performance.now() + ms
      // one whose time is up already is about to expire: nothing may put that off
      if (at >= due) return
      due = at
      if (due < runsUntil) runUntil(due, look)
    },
    clear: () => {
      due = never
    },
    cancel: () => {
      due = never
      rest()
      clearImmediate(immediate)
    },
  }
}
