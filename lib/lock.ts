import { createHash, randomBytes } from 'node:crypto'
import { setMaxListeners } from 'node:events'
import { readFileSync, readlinkSync } from 'node:fs'
import { hostname, userInfo } from 'node:os'
import type { Clock } from './clock.ts'
import { InfraError, ifRefused, textOf } from './errors.ts'
import { projectLabels } from './fleet/labels.ts'
import { lockName } from './fleet/names.ts'
import type { Hcloud } from './hcloud/client.ts'
import { isHcloudError } from './hcloud/errors.ts'
import { describeMoment, describeRemaining } from './time.ts'

/** Long enough to survive a slow network, short enough that a crashed run is not in the way for long. */
const lifetimeMs = 90_000
const usualHeartbeatMs = 20_000
/** Before the lock runs out by itself, who holds it stops: afterwards somebody else may take it over. */
const marginMs = 15_000
const pollMs = 5_000

export interface LockOptions {
  readonly hcloud: Hcloud
  readonly clock: Clock
  readonly project: string
  readonly operation: string
  /** How long to wait for another holder; 0 fails at once. */
  readonly waitMs: number
  readonly signal: AbortSignal
  /** How often it is renewed; 20 seconds. */
  readonly heartbeatMs?: number
  /** Told about waiting and about a stale lock that was taken over. */
  readonly say: (text: string) => void
}

interface Holder {
  readonly id: number
  readonly who: string
  readonly operation: string
  readonly pid: number
  /** Which pids are meant: those of one boot of one computer, or of one container on it. */
  readonly pids: string
  /** By the clock of the API. */
  readonly sinceMs: number
  /** By the clock of the API. */
  readonly expiresMs: number
}

/** The operation that holds the lock. */
export interface RunningOperation {
  readonly operation: string
  /** `me@laptop (pid 123)` */
  readonly who: string
  /** Unix time in seconds, by the clock of the API. */
  readonly since: number
  /** How long ago that is, by the same clock. */
  readonly ageSeconds: number
}

/** Who is at work, and since when: how `status` begins, and why another operation does not. */
export const describeRunning = ({ operation, who, since, ageSeconds }: RunningOperation): string =>
  `${operation} is at work, since ${describeMoment(since * 1000)} (for ${describeRemaining(ageSeconds * 1000)}), by ${who}`

/**
 * Runs `work` while holding the lock of the project: a placement group, which costs nothing and whose name the API keeps
 * unique, so the lock holds across laptops. It is renewed while `work` runs; a lock whose holder died is taken over, saying so.
 * @param work gets a signal that aborts when the lock is lost to somebody else, or when `signal` does, and one for the first alone.
 * @throws InfraError with exit code 6 when somebody else holds it.
 */
export const withLock = async <T>(
  options: LockOptions,
  work: (signal: AbortSignal, lockLost: AbortSignal) => Promise<T>,
): Promise<T> => {
  const id = await acquire(options)
  const lost = new AbortController()
  const renew = createRenewal(options, id)
  const heartbeat = setInterval(() => {
    renew().catch((error: unknown) => lost.abort(error))
  }, options.heartbeatMs ?? usualHeartbeatMs)
  try {
    const either = AbortSignal.any([options.signal, lost.signal])
    // many questions at once listen to it
    setMaxListeners(0, either, lost.signal)
    return await work(either, lost.signal)
  } finally {
    clearInterval(heartbeat)
    await release(options, id)
  }
}

/**
 * Looks who holds the lock, and leaves it alone.
 * @returns undefined when nobody does; what a dead run left is nobody's.
 * @throws InfraError when its name is taken by something that is no lock.
 */
export const findRunningOperation = async (
  options: Pick<LockOptions, 'hcloud' | 'project'>,
): Promise<RunningOperation | undefined> => {
  const holder = await readHolder(options)
  const now = options.hcloud.now()
  return holder && !isStale(holder, now) ? runningOf(holder, now) : undefined
}

/**
 * Waits until nobody holds the lock, and does not take it. Whatever another run has made so far looks like something left over, so
 * nothing can be judged before.
 * @throws InfraError with exit code 6 when somebody holds it for longer than `waitMs`.
 */
export const waitForOthers = async (options: Omit<LockOptions, 'heartbeatMs'>): Promise<void> => {
  const deadline = options.clock.now() + options.waitMs
  for (;;) {
    const holder = await readHolder(options)
    if (!holder || isStale(holder, options.hcloud.now())) return
    await pauseFor(holder, options, deadline)
  }
}

/** Takes away what a dead run has left of the lock; who has nothing to do takes none over. That it stays hurts nobody. */
export const clearStaleLock = async ({ hcloud, project }: Pick<LockOptions, 'hcloud' | 'project'>): Promise<void> => {
  const holder = await readHolder({ hcloud, project })
  if (holder && isStale(holder, hcloud.now())) await deleteLock(hcloud, holder.id).catch(ifRefused(() => undefined))
}

const acquire = async (options: LockOptions): Promise<number> => {
  const { hcloud, clock, say, signal } = options
  const deadline = clock.now() + options.waitMs
  for (;;) {
    const id = await tryAcquire(options)
    if (id !== undefined) return id
    const holder = await readHolder(options)
    if (holder && isStale(holder, hcloud.now())) {
      say(`Takes over the stale lock of ${holder.who}, running ${holder.operation}.`)
      await deleteLock(hcloud, holder.id)
    } else if (holder) await pauseFor(holder, options, deadline)
    // just made, or just gone: the name is taken, and who has it is not listed
    else if (clock.now() >= deadline + unlistedMs) throw unlistedError(options)
    else await clock.sleep(1000, signal)
  }
}

const pauseFor = async (
  holder: Holder,
  { hcloud, clock, say, signal }: Pick<LockOptions, 'hcloud' | 'clock' | 'say' | 'signal'>,
  deadline: number,
): Promise<void> => {
  if (clock.now() >= deadline) throw lockedError(holder, hcloud.now())
  say(`Waits: ${describeRunning(runningOf(holder, hcloud.now()))}.`)
  await clock.sleep(Math.min(pollMs, deadline - clock.now()), signal)
}

const runningOf = ({ operation, who, sinceMs }: Holder, now: number): RunningOperation => ({
  operation,
  who,
  since: Math.floor(sinceMs / 1000),
  ageSeconds: Math.max(0, Math.floor((now - sinceMs) / 1000)),
})

/** How long a name may be taken by something that is not listed. */
const unlistedMs = 30_000

const unlistedError = ({ project }: LockOptions): InfraError =>
  new InfraError(`The name of the lock, ${lockName(project)}, is taken, and the cloud lists nothing that has it`, {
    exitCode: 6,
    hint: 'Nothing was changed. Run again in a minute; look at the placement groups in the cloud console if it stays.',
  })

const labelsOf = ({ project, operation, hcloud }: LockOptions): Record<string, string> => ({
  ...projectLabels(project),
  lock: randomBytes(8).toString('hex'),
  user: labelValue(userInfo().username),
  host: labelValue(hostname()),
  pid: String(process.pid),
  pids: ownPids(),
  operation,
  expires: String(Math.ceil((hcloud.now() + lifetimeMs) / 1000)),
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

const readHolder = async ({
  hcloud,
  project,
}: Pick<LockOptions, 'hcloud' | 'project'>): Promise<Holder | undefined> => {
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
    pid: Number(labels.pid),
    pids: labels.pids ?? '',
    sinceMs: Date.parse(group.created),
    expiresMs: Number(labels.expires) * 1000,
  }
}

/** Whether its process is dead can be seen only where its pid means the same process as here. */
const isStale = ({ expiresMs, pids, pid }: Holder, now: number): boolean =>
  expiresMs < now || (pids !== '' && pids === ownPids() && !isAlive(pid))

/** Names the pid namespace and the boot that our pid belongs to; empty where the system does not tell (proc(5), namespaces(7)). */
const ownPids = (): string => {
  try {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8')
    return createHash('sha256')
      .update(`${boot} ${readlinkSync('/proc/self/ns/pid')}`)
      .digest('hex')
      .slice(0, 16)
  } catch {
    return ''
  }
}

const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    // EPERM: it runs, as somebody else
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

const lockedError = (holder: Holder, now: number): InfraError =>
  new InfraError(`Locked: ${describeRunning(runningOf(holder, now))}`, {
    exitCode: 6,
    hint: `Nothing was changed. Wait for it to end, or run again with --lock-wait SECONDS. If that run is dead, its lock ends in ${describeRemaining(holder.expiresMs - now)}: run again then.`,
  })

/**
 * Renews the lock each time it is called. What may be passing trouble is passed over, as long as the lock has time left.
 * @throws InfraError when somebody took it away, or when it is about to run out.
 */
const createRenewal = (options: LockOptions, id: number): (() => Promise<void>) => {
  const { hcloud, clock } = options
  let renewedAt = clock.now()
  return async () => {
    const at = clock.now()
    try {
      await hcloud.placementGroups.update(id, { labels: labelsOf(options) })
      renewedAt = at
    } catch (error) {
      if (isHcloudError(error, 'not_found')) throw takenError(error)
      if (clock.now() - renewedAt > lifetimeMs - marginMs) throw expiringError(error)
    }
  }
}

const takenError = (cause: unknown): InfraError =>
  new InfraError('The lock was taken away while this run held it', {
    hint: 'Somebody removed it or took it over. Look at status, then run again.',
    cause,
  })

const expiringError = (cause: unknown): InfraError =>
  new InfraError('The lock could not be renewed, and is about to run out: this run stops before others begin', {
    hint: 'Look whether the cloud can be reached from here, then run the same command again.',
    cause,
  })

const deleteLock = async (hcloud: Hcloud, id: number): Promise<void> => {
  await hcloud.placementGroups.delete(id)
}

/** A lock that cannot be released runs out by itself; that must not hide how the work ended. */
const release = async ({ hcloud, say }: LockOptions, id: number): Promise<void> => {
  try {
    await deleteLock(hcloud, id)
  } catch (error) {
    say(`The lock could not be released (${textOf(error)}); it runs out by itself within ${lifetimeMs / 1000} s.`)
  }
}
