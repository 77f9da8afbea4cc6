import type { ActionRecord } from './state.ts'

type Resource = ActionRecord['resources'][number]

/** Which actions are about what, so that nobody has to look through all that ever were. */
export interface ActionIndex {
  begin(action: ActionRecord): void
  end(action: ActionRecord): void
  drop(action: ActionRecord): void
  /** The oldest, as far as they all ended before `ms` of Unix time. */
  endedBefore(ms: number): Iterable<ActionRecord>
  /** In the order in which they began. */
  about(type: string, id: number): readonly ActionRecord[]
  runningOn(type: string, id: number): readonly ActionRecord[]
}

const keyOf = ({ type, id }: Resource): string => `${type} ${id}`

export const createActionIndex = (actions: readonly ActionRecord[]): ActionIndex => {
  const every = new Map<string, Set<ActionRecord>>()
  const byAge = new Set<ActionRecord>()
  const running = new Map<string, Set<ActionRecord>>()
  const put = (index: typeof every, action: ActionRecord): void => {
    for (const key of action.resources.map(keyOf)) {
      const found = index.get(key)
      if (found) found.add(action)
      else index.set(key, new Set([action]))
    }
  }
  const take = (index: typeof every, action: ActionRecord): void => {
    for (const key of action.resources.map(keyOf)) {
      const found = index.get(key)
      found?.delete(action)
      if (found?.size === 0) index.delete(key)
    }
  }
  const begin = (action: ActionRecord): void => {
    byAge.add(action)
    put(every, action)
    if (action.status === 'running') put(running, action)
  }
  for (const action of actions) begin(action)
  return {
    begin,
    end: (action) => take(running, action),
    drop: (action) => {
      byAge.delete(action)
      take(every, action)
    },
    endedBefore: function* (ms) {
      for (const action of byAge) {
        if (action.finished === null || Date.parse(action.finished) >= ms) return
        yield action
      }
    },
    about: (type, id) => [...(every.get(keyOf({ type, id })) ?? [])],
    runningOn: (type, id) => [...(running.get(keyOf({ type, id })) ?? [])],
  }
}
