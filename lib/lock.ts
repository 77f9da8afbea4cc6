import { randomBytes } from 'node:crypto'
import { setMaxListeners } from 'node:events'
import { hostname, userInfo } from 'node:os'
import type { Clock } from './clock.ts'
import { InfraError } from './errors.ts'
import { projectLabels } from './fleet/labels.ts'
import { lockName } from './fleet/names.ts'
import type { Hcloud } from './hcloud/client.ts'
import { isHcloudError } from './hcloud/errors.ts'

/** Long enough to survive a slow network, short enough that a crashed run is not in the way for long. */
const lifetimeMs = 90_000
const heartbeatMs = 20_000
const pollMs = 5_000

export interface LockOptions {
  readonly hcloud: Hcloud
  readonly clock: Clock
  readonly project: string
  readonly operation: string
  /** How long to wait for another holder; 0 fails at once. */
  readonly waitMs: number
  readonly signal: AbortSignal
  /** Told about waiting and about a stale lock that was taken over. */
  readonly say: (text: string) => void
}

interface Holder {
  readonly id: number
  readonly who: string
  readonly operation: string
  readonly host: string
  readonly pid: number
  readonly expiresMs: number
}

/**
 * Runs `work` while holding the lock of the project: a placement group, which costs nothing and whose name the API keeps
 * unique, so the lock holds across laptops. It is renewed while `work` runs; a lock whose holder died is taken over, saying so.
 * @param work gets a signal that aborts when the lock is lost to somebody else, or when `signal` does.
 * @throws InfraError with exit code 6 when somebody else holds it.
 */
export const withLock = async <T>(options: LockOptions, work: (signal: AbortSignal) => Promise<T>): Promise<T> => {
  const id = await acquire(options)
  const lost = new AbortController()
  const heartbeat = setInterval(() => {
    renew(options, id).catch((error: unknown) => lost.abort(error))
  }, heartbeatMs)
  try {
    const either = AbortSignal.any([options.signal, lost.signal])
    // many questions at once listen to it
    setMaxListeners(0, either)
    return await work(either)
  } finally {
    clearInterval(heartbeat)
    await release(options, id)
  }
}

const acquire = async (options: LockOptions): Promise<number> => {
  const deadline = options.clock.now() + options.waitMs
  for (;;) {
    const id = await tryAcquire(options)
    if (id !== undefined) return id
    const holder = await readHolder(options)
    if (!holder) continue
    if (isStale(holder, options.clock.now())) {
      options.say(`Takes over the stale lock of ${describeHolder(holder)}.`)
      await deleteLock(options.hcloud, holder.id)
    } else if (options.clock.now() >= deadline) {
      throw lockedError(holder, options.clock.now())
    } else {
      options.say(`Waits for ${describeHolder(holder)}.`)
      await options.clock.sleep(pollMs, options.signal)
    }
  }
}

const labelsOf = ({ project, operation, clock }: LockOptions): Record<string, string> => ({
  ...projectLabels(project),
  lock: randomBytes(8).toString('hex'),
  user: labelValue(userInfo().username),
  host: labelValue(hostname()),
  pid: String(process.pid),
  operation,
  expires: String(Math.ceil((clock.now() + lifetimeMs) / 1000)),
})

const labelValue = (text: string): string =>
  text
    .replace(/[^A-Za-z0-9._-]/g, '-')
    .slice(0, 60)
    .replace(/^[^A-Za-z0-9]+|[^A-Za-z0-9]+$/g, '') || 'unknown'

const tryAcquire = async (options: LockOptions): Promise<number | undefined> => {
  const body = { name: lockName(options.project), type: 'spread' as const, labels: labelsOf(options) }
  try {
    return (await options.hcloud.placementGroups.create(body)).id
  } catch (error) {
    if (isHcloudError(error, 'uniqueness_error')) return undefined
    throw error
  }
}

const readHolder = async ({ hcloud, project }: LockOptions): Promise<Holder | undefined> => {
  const group = await hcloud.placementGroups.find(lockName(project))
  if (!group) return undefined
  const { labels } = group
  if (labels.project !== project || labels.expires === undefined) {
    throw new InfraError(`The name of the lock, ${group.name}, is taken by a placement group that is not a lock`, {
      hint: 'Rename that placement group, or set another `project` in infra.config.ts.',
    })
  }
  return {
    id: group.id,
    who: `${labels.user}@${labels.host} (pid ${labels.pid})`,
    operation: labels.operation ?? 'unknown',
    host: labels.host ?? '',
    pid: Number(labels.pid),
    expiresMs: Number(labels.expires) * 1000,
  }
}

const isStale = ({ expiresMs, host, pid }: Holder, now: number): boolean =>
  expiresMs < now || (host === labelValue(hostname()) && !isAlive(pid))

const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    // EPERM: it runs, as somebody else
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

const describeHolder = ({ who, operation }: Holder): string => `${who}, running ${operation}`

const lockedError = (holder: Holder, now: number): InfraError =>
  new InfraError(`Locked by ${describeHolder(holder)}`, {
    exitCode: 6,
    hint: `Wait for it to end, or take --lock-wait SECONDS. If that run is dead, its lock ends in ${Math.ceil((holder.expiresMs - now) / 1000)} s.`,
  })

const renew = async (options: LockOptions, id: number): Promise<void> => {
  try {
    await options.hcloud.placementGroups.update(id, { labels: labelsOf(options) })
  } catch (error) {
    if (isHcloudError(error, 'not_found')) {
      throw new InfraError('The lock was taken away while this run held it', {
        hint: 'Somebody removed it or took it over. Look at status, then run again.',
        cause: error,
      })
    }
    // anything else may be passing trouble: the lock has time for several renewals before it ends
  }
}

const deleteLock = async (hcloud: Hcloud, id: number): Promise<void> => {
  await hcloud.placementGroups.delete(id)
}

/** A lock that cannot be released runs out by itself; that must not hide how the work ended. */
const release = async ({ hcloud, say }: LockOptions, id: number): Promise<void> => {
  try {
    await deleteLock(hcloud, id)
  } catch (error) {
    say(
      `The lock could not be released (${error instanceof Error ? error.message : error}); it runs out by itself within ${lifetimeMs / 1000} s.`,
    )
  }
}
