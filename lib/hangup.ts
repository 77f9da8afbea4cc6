import { InfraError } from './errors.ts'

/** A terminal that is closed ends a watch as Ctrl-C does. @param work is given a signal for either. */
export const untilHangup = async <T>(signal: AbortSignal, work: (ended: AbortSignal) => Promise<T>): Promise<T> => {
  const hangup = new AbortController()
  const onHangup = (): void => hangup.abort(new InfraError('the terminal was closed', { exitCode: 130 }))
  process.on('SIGHUP', onHangup)
  try {
    return await work(AbortSignal.any([signal, hangup.signal]))
  } finally {
    process.off('SIGHUP', onHangup)
  }
}
