import { spawn } from 'node:child_process'
import { once } from 'node:events'

export interface Daemon {
  /** Such as `http://127.0.0.1:9100`. */
  readonly url: string
  readonly stop: () => Promise<void>
}

interface StartOptions {
  /** Runs as this user and group, in no other group. */
  readonly id?: number | undefined
}

const startMs = 30_000

/** Starts one of Prometheus' programs at a port of 127.0.0.1 that is free: they say in their log which one it is. */
export const startDaemon = async (
  program: string,
  args: readonly string[],
  { id }: StartOptions = {},
): Promise<Daemon> => {
  const child = spawn(program, [...args, '--web.listen-address=127.0.0.1:0'], {
    stdio: ['ignore', 'ignore', 'pipe'],
    ...(id === undefined ? {} : { uid: id, gid: id }),
  })
  // a test that crashes must not leave it behind
  const kill = (): boolean => child.kill('SIGKILL')
  process.once('exit', kill)
  const exited = once(child, 'close')
  const timer = setTimeout(kill, startMs)
  const stop = async (): Promise<void> => {
    clearTimeout(timer)
    kill()
    await exited
    process.off('exit', kill)
  }
  const address = await new Promise<string>((resolve, reject) => {
    let log = ''
    child.stderr.setEncoding('utf8').on('data', (chunk) => {
      log += chunk
      const [, found] = /msg="Listening on" address=(\S+)/.exec(log) ?? []
      if (found !== undefined) resolve(found)
    })
    child.once('close', () => reject(new Error(`${program} did not start:\n${log}`)))
    child.once('error', reject)
  })
  clearTimeout(timer)
  return { url: `http://${address}`, stop }
}
