export interface GroupOptions {
  readonly timeoutMs?: number
  readonly graceMs?: number
  readonly signal?: AbortSignal
}

/** All end with us. One listener for all: Node warns of more than ten. */
const ours = new Set<number>()
const endOurs = (): void => {
  for (const group of ours) sendSignal(group, 'SIGKILL')
}
process.once('exit', endOurs)

/**
 * Sees to it that a process group ends when it has to (`ProgramOptions` says when). By its number: zx looks for the processes with
 * `ps`, which not every computer has, and fails where nobody can catch it.
 */
export const holdGroup = (
  group: number | undefined,
  { timeoutMs, graceMs = 5_000, signal }: GroupOptions,
): { readonly isTimedOut: () => boolean; readonly drop: () => void } => {
  if (group === undefined) return { isTimedOut: () => false, drop: () => undefined }
  let isTimedOut = false
  const timers: NodeJS.Timeout[] = []
  const kill = (): void => sendSignal(group, 'SIGKILL')
  const expire = (): void => {
    isTimedOut = true
    sendSignal(group, 'SIGTERM')
    timers.push(setTimeout(kill, graceMs))
  }
  if (timeoutMs !== undefined) timers.push(setTimeout(expire, timeoutMs))
  if (signal?.aborted) kill()
  signal?.addEventListener('abort', kill)
  ours.add(group)
  const drop = (): void => {
    for (const timer of timers) clearTimeout(timer)
    signal?.removeEventListener('abort', kill)
    ours.delete(group)
  }
  return { isTimedOut: () => isTimedOut, drop }
}

const sendSignal = (group: number, signal: NodeJS.Signals): void => {
  try {
    process.kill(-group, signal)
  } catch {
    // it has ended by itself
  }
}
