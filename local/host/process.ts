import { readdir, readFile } from 'node:fs/promises'

/** Arguments of a running process; empty for one that is gone or a zombie. */
export const argumentsOf = async (pid: number): Promise<readonly string[]> => {
  const text = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')
  return text.split('\0').slice(0, -1)
}

/** Environment of a running process, each variable as `NAME=value`; none for one that is gone or a zombie. */
export const environmentOf = async (pid: number): Promise<readonly string[]> => {
  const text = await readFile(`/proc/${pid}/environ`, 'utf8').catch(() => '')
  return text.split('\0').slice(0, -1)
}

/** All running processes that fit, whoever started them. */
export const filterProcesses = async (fits: (pid: number) => Promise<boolean>): Promise<readonly number[]> => {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number)
  const known = await Promise.all(pids.map(fits))
  return pids.filter((_, index) => known[index])
}

/** The process a pid file names, if it runs and `marker` is among its arguments: pids are used again. */
export const findProcess = async (pidFile: string, marker: string): Promise<number | undefined> => {
  const pid = Number.parseInt(await readFile(pidFile, 'utf8').catch(() => ''), 10)
  if (!(pid > 1)) return undefined
  return (await argumentsOf(pid)).includes(marker) ? pid : undefined
}

/** Signals a process or, for a negative number, a group; one that is gone is fine. */
export const signal = (pid: number, which: NodeJS.Signals | number): void => {
  try {
    process.kill(pid, which)
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error
  }
}
