import type { Clock } from '../../lib/clock.ts'
import { isLocked } from './errors.ts'
import type { Faults } from './faults.ts'
import type { ActionRecord } from './state.ts'
import type { Store } from './store.ts'

export type Resource = ActionRecord['resources'][number]

export interface Actions {
  /** Begins an action and answers at once; `work` runs after a while and its outcome is that of the action. */
  run(command: string, resources: readonly Resource[], work: () => Promise<void>): ActionRecord
  /** An action that was done before it could be asked for. */
  done(command: string, resources: readonly Resource[]): ActionRecord
  runningOn(type: string, id: number): readonly ActionRecord[]
  /** @throws ApiError 423 while an action runs on the server. */
  requireUnlocked(serverId: number): void
  /** Resolves when nothing runs any more. */
  settled(): Promise<void>
}

export interface ActionTiming {
  readonly minMs: number
  readonly maxMs: number
}

const textOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))

export const createActions = (
  store: Store,
  faults: Faults,
  { clock, timing }: { clock: Clock; timing: ActionTiming },
): Actions => {
  const pending = new Set<Promise<void>>()
  const begin = (command: string, resources: readonly Resource[]): ActionRecord => {
    const action: ActionRecord = {
      id: store.nextActionId(),
      command,
      status: 'running',
      progress: 0,
      started: new Date(clock.now()).toISOString(),
      finished: null,
      resources,
      error: null,
    }
    store.state.actions[action.id] = action
    return action
  }
  const end = (action: ActionRecord, error: ActionRecord['error']): void => {
    action.status = error ? 'error' : 'success'
    action.error = error
    action.progress = 100
    action.finished = new Date(clock.now()).toISOString()
    store.save()
  }
  const carryOut = async (action: ActionRecord, work: () => Promise<void>): Promise<void> => {
    const fault = faults.takeAction(action.command)
    await clock.sleep((timing.minMs + Math.random() * (timing.maxMs - timing.minMs)) * (fault?.slower ?? 1))
    try {
      if (!fault?.error) await work()
      end(action, fault?.error ?? null)
    } catch (error) {
      end(action, { code: 'unknown_error', message: textOf(error) })
    }
  }
  const runningOn: Actions['runningOn'] = (type, id) =>
    Object.values(store.state.actions).filter(
      (action) => action.status === 'running' && action.resources.some((one) => one.type === type && one.id === id),
    )
  return {
    runningOn,
    run: (command, resources, work) => {
      const action = begin(command, resources)
      store.save()
      const ended = carryOut(action, work).finally(() => pending.delete(ended))
      pending.add(ended)
      return action
    },
    done: (command, resources) => {
      const action = begin(command, resources)
      end(action, null)
      return action
    },
    requireUnlocked: (serverId) => {
      if (runningOn('server', serverId).length > 0) throw isLocked()
    },
    settled: async () => {
      while (pending.size > 0) await Promise.all(pending)
    },
  }
}
