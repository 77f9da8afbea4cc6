import type { Clock } from '../../lib/clock.ts'
import { createActionIndex } from './action-index.ts'
import { ApiError, isLocked } from './errors.ts'
import type { Faults } from './faults.ts'
import { type ActionRecord, type TableName, tableNames } from './state.ts'
import type { Store } from './store.ts'
import { timestampOf } from './timestamp.ts'

type Resource = ActionRecord['resources'][number]

export interface Actions {
  /**
   * Begins an action and answers at once; `work` runs after a while and its outcome is that of the action.
   * @param undo takes back what was prepared, when the action fails, also when it fails by script and `work` never ran
   */
  run(command: string, resources: readonly Resource[], work: () => Promise<void>, undo?: () => void): ActionRecord
  /** An action that was done before it could be asked for. */
  done(command: string, resources: readonly Resource[]): ActionRecord
  /** Ends one that nobody carries out any more. @param error null: it was done */
  end(action: ActionRecord, error: ActionRecord['error']): void
  /** In the order in which they began. */
  all(): readonly ActionRecord[]
  about(type: string, id: number): readonly ActionRecord[]
  runningOn(type: string, id: number): readonly ActionRecord[]
  /** As it is answered: how far it is may be guessed only. */
  view(action: ActionRecord): ActionRecord
  /** @throws ApiError 423 while an action runs on the server. */
  requireUnlocked(serverId: number): void
  /** Resolves when nothing runs any more. */
  settled(): Promise<void>
}

export interface ActionTiming {
  readonly minMs: number
  readonly maxMs: number
}

/** How long the API keeps them is not written anywhere; what it measures of servers is kept as long. */
const keptMs = 30 * 24 * 3_600_000

const tableOfType = (type: string): TableName => {
  const table = tableNames.find((name) => name === `${type}s`)
  if (table) return table
  throw new Error(`nothing here is a ${type}`)
}

const describe = (error: unknown): ActionRecord['error'] => ({
  code: error instanceof ApiError ? error.code : 'unknown_error',
  message: error instanceof Error ? error.message : String(error),
})

export const createActions = (
  store: Store,
  faults: Faults,
  { clock, timing }: { clock: Clock; timing: ActionTiming },
): Actions => {
  const pending = new Set<Promise<void>>()
  const index = createActionIndex(Object.values(store.state.actions))
  /** With it, all that it is about, since that is what an action changes. */
  const touch = (action: ActionRecord): void => {
    store.touch('actions', action.id)
    for (const { type, id } of action.resources) store.touch(tableOfType(type), id)
  }
  const dropOld = (): void => {
    for (const action of index.endedBefore(clock.now() - keptMs)) {
      index.drop(action)
      delete store.state.actions[action.id]
      store.touch('actions', action.id)
    }
  }
  const begin = (command: string, resources: readonly Resource[]): ActionRecord => {
    const action: ActionRecord = {
      id: store.nextActionId(),
      command,
      status: 'running',
      progress: 0,
      started: timestampOf(clock),
      finished: null,
      resources,
      error: null,
    }
    store.state.actions[action.id] = action
    dropOld()
    touch(action)
    index.begin(action)
    return action
  }
  const end = (action: ActionRecord, error: ActionRecord['error']): void => {
    action.status = error ? 'error' : 'success'
    action.error = error
    action.progress = 100
    action.finished = timestampOf(clock)
    index.end(action)
    touch(action)
    store.save()
  }
  const carryOut = async (action: ActionRecord, work: () => Promise<void>, undo?: () => void): Promise<void> => {
    const fault = faults.takeAction(action.command)
    await clock.sleep((timing.minMs + Math.random() * (timing.maxMs - timing.minMs)) * (fault?.slower ?? 1))
    const failure =
      fault?.error ??
      (await Promise.resolve()
        .then(work)
        .then(() => null, describe))
    if (failure) undo?.()
    end(action, failure)
  }
  return {
    all: () => Object.values(store.state.actions),
    end,
    about: index.about,
    runningOn: index.runningOn,
    view: (action) => {
      if (action.status !== 'running') return action
      const times = (clock.now() - Date.parse(action.started)) / Math.max(1, timing.maxMs)
      return { ...action, progress: Math.min(99, Math.floor(100 * (1 - 2 ** -times))) }
    },
    run: (command, resources, work, undo) => {
      const action = begin(command, resources)
      store.save()
      const ended = carryOut(action, work, undo).finally(() => pending.delete(ended))
      pending.add(ended)
      return action
    },
    done: (command, resources) => {
      const action = begin(command, resources)
      end(action, null)
      return action
    },
    requireUnlocked: (serverId) => {
      if (index.runningOn('server', serverId).length > 0) throw isLocked()
    },
    settled: async () => {
      while (pending.size > 0) await Promise.all(pending)
    },
  }
}
