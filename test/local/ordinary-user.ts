import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { runOrFail, runShell } from '../../local/host/run.ts'
import type { Outcome } from '../scripts/command.ts'

const repository = path.resolve(import.meta.dirname, '../..')

/** A user of this computer other than root, as after a login: with numbers below its own, and a cgroup that it may divide. */
export interface OrdinaryUser {
  readonly home: string
  /** The cgroup its commands begin in. */
  readonly session: string
  /** Runs a command in this checkout, which it sees at another place. */
  run(argv: readonly string[], options?: { readonly input?: Readable; readonly loggedIn?: boolean }): Promise<Outcome>
  /** Those that run; one that has ended may still wait to be reaped. */
  processes(): Promise<readonly string[]>
  /** Ends whatever it runs, and removes it. */
  remove(): Promise<void>
}

export const createOrdinaryUser = async (): Promise<OrdinaryUser> => {
  const home = await mkdtemp(path.join(tmpdir(), 'user-'))
  const name = `twin-${randomBytes(4).toString('hex')}`
  const cgroup = path.join((await runShell('findmnt -nro TARGET -t cgroup2 | head -1')).trim(), name)
  const session = path.join(cgroup, 'session')
  await runShell(`useradd --no-create-home --home-dir ${home} --shell /bin/bash ${name}
mkdir -p ${session} ${home}/checkout ${home}/tmp
chown -R ${name}: ${cgroup} ${home}`)

  // what udev opens to everybody elsewhere, and the checkout where it can be read, are seen by this user's processes only
  const enter = `mount -t tmpfs tmpfs /dev/net && mknod -m 666 /dev/net/tun c 10 200
mount --bind ${repository} ${home}/checkout
cd ${home}/checkout
exec setpriv --reuid ${name} --regid ${name} --init-groups --reset-env env TMPDIR=${home}/tmp NO_COLOR=1 "$@"`

  const run: OrdinaryUser['run'] = async (argv, { input, loggedIn = true } = {}) => {
    const login = loggedIn ? `echo $$ >${session}/cgroup.procs;` : ''
    const child = spawn('sh', [
      '-ec',
      `${login} exec unshare --mount --propagation private sh -ec '${enter}' user "$@"`,
      'user',
      ...argv,
    ])
    const said = { stdout: '', stderr: '' }
    for (const stream of ['stdout', 'stderr'] as const) {
      child[stream].setEncoding('utf8').on('data', (text: string) => {
        said[stream] += text
      })
    }
    const ended = new Promise<number | null>((resolve) => child.on('close', resolve))
    if (input === undefined) child.stdin.end()
    else await pipeline(input, child.stdin)
    return { code: await ended, ...said }
  }

  return {
    home,
    session,
    run,
    processes: async () =>
      (await runShell(`ps -o stat=,args= -u ${name} || true`)).split('\n').filter((line) => /^[^Z]/.test(line)),
    remove: async () => {
      await runShell(`! [ -d ${cgroup} ] || echo 1 >${cgroup}/cgroup.kill
until ! pgrep -u ${name} >/dev/null; do sleep 0.1; done
! [ -d ${cgroup} ] || find ${cgroup} -depth -type d -exec rmdir {} +`)
      await runOrFail(['userdel', name])
      await rm(home, { recursive: true, force: true })
    },
  }
}
