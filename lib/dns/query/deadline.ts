export interface Deadline {
  cancel(): void
}

const lateMs = 20
const graceMs = 50

/**
 * Calls `expire` after `ms`, unless cancelled. A process that was busy (or suspended) runs its timers before it looks at its
 * sockets, and would call an answer lost that has long arrived. So a timer that fires late waits once more, and every timer
 * lets the socket events already waiting be handled first.
 */
export const startDeadline = (ms: number, expire: () => void): Deadline => {
  let immediate: NodeJS.Immediate | undefined
  const due = performance.now() + ms
  const afterSockets = (): void => {
    immediate = setImmediate(expire)
  }
  let timer = setTimeout(() => {
    if (performance.now() - due > lateMs) timer = setTimeout(afterSockets, graceMs)
    else afterSockets()
  }, ms)
  return {
    cancel: () => {
      clearTimeout(timer)
      clearImmediate(immediate)
    },
  }
}
