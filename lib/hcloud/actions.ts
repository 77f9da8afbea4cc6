import type { Clock } from '../clock.ts'
import { type ExitCode, InfraError } from '../errors.ts'
import type { Call, Send } from './call.ts'
import { ActionError, describeAction } from './errors.ts'
import { field } from './field.ts'
import type { Action } from './types.ts'

interface WaitForOptions {
  readonly timeoutMs: number
  readonly signal?: AbortSignal
  /** Told after each poll what is still running, with its `progress`. */
  readonly onProgress?: (running: readonly Action[]) => void
}

/**
 * Waits until every action has succeeded; `success` means that the cloud is done, not that the system inside is up.
 * @throws ActionError at the first action that failed, at once also for one passed in.
 * @throws InfraError after `timeoutMs`, when the API no longer knows an action, or when aborted: naming what still runs.
 */
export type WaitForActions = (actions: readonly Action[], options: WaitForOptions) => Promise<void>

/** One page of the default size, and an address of tolerable length. */
const idsPerRequest = 25

/** Most actions end within seconds; for the rest the Project's rate limit matters more. */
const pollEveryMs = (waitedMs: number): number => (waitedMs < 10_000 ? 500 : 2000)

/** Source: https://docs.hetzner.cloud/reference/cloud#actions and hcloud-go `action_waiter.go`. */
export const createActionWaiter =
  (send: Send, clock: Clock, clientSignal?: AbortSignal): WaitForActions =>
  async (actions, { timeoutMs, signal: callSignal, onProgress }) => {
    const signal = AbortSignal.any([clientSignal, callSignal].filter((each) => each !== undefined))
    const startedAt = clock.now()
    let running = stillRunning(actions)
    while (running.length > 0) {
      const waitedMs = clock.now() - startedAt
      if (waitedMs >= timeoutMs) throw timedOut(running, timeoutMs)
      const polled = await pollAfter(pollEveryMs(waitedMs), running, { send, clock, signal }).catch(
        (error: unknown) => {
          throw signal.aborted ? stoppedWaiting(running, signal.reason) : error
        },
      )
      running = stillRunning(polled)
      onProgress?.(running)
    }
  }

const stillRunning = (actions: readonly Action[]): readonly Action[] => {
  const failed = actions.find((action) => action.status === 'error')
  if (failed) throw new ActionError(failed)
  return actions.filter((action) => action.status === 'running')
}

interface PollEffects {
  readonly send: Send
  readonly clock: Clock
  readonly signal: AbortSignal
}

const pollAfter = async (ms: number, running: readonly Action[], effects: PollEffects): Promise<readonly Action[]> => {
  await effects.clock.sleep(ms, effects.signal)
  effects.signal.throwIfAborted()
  const polled: Action[] = []
  for (let from = 0; from < running.length; from += idsPerRequest) {
    polled.push(...(await fetchActions(running.slice(from, from + idsPerRequest), effects)))
  }
  return polled
}

const fetchActions = async (wanted: readonly Action[], { send, signal }: PollEffects): Promise<readonly Action[]> => {
  const ids = wanted.map((action) => action.id)
  const call: Call = {
    method: 'GET',
    path: '/actions',
    query: { id: ids, sort: ['status', 'id'] },
    signal,
  }
  const found = field<readonly Action[]>(call, await send(call), 'actions')
  const missing = wanted.filter((action) => !found.some((each) => each.id === action.id))
  if (missing.length > 0) throw new InfraError(`the API no longer knows ${missing.map(describeAction).join(' and ')}`)
  return found
}

const describeRunning = (running: readonly Action[]): string =>
  running.map((action) => `${describeAction(action)} at ${action.progress} %`).join(', ')

const timedOut = (running: readonly Action[], timeoutMs: number): InfraError =>
  new InfraError(`still running after ${Math.round(timeoutMs / 1000)} s: ${describeRunning(running)}`, {
    hint: 'The cloud may still finish it. Run the same command again to go on from there.',
  })

const stoppedWaiting = (running: readonly Action[], reason: unknown): InfraError => {
  const exitCode: ExitCode = reason instanceof InfraError ? reason.exitCode : 130
  return new InfraError(`stopped waiting; still running: ${describeRunning(running)}`, {
    hint: 'The cloud goes on with it. Run the same command again to go on from there.',
    exitCode,
    cause: reason,
  })
}
