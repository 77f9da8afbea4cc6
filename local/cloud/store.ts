import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { emptyState, type State } from './state.ts'

export interface Store {
  readonly state: State
  /** To be called after every change: a daemon that is killed comes back with all that it has answered. */
  save(): void
  nextId(): number
  nextActionId(): number
}

/** @param file where the state is kept; undefined keeps it in memory only. Replaced as a whole, so it is never half written. */
export const createStore = (file?: string): Store => {
  const state: State =
    file && existsSync(file) ? { ...emptyState(), ...JSON.parse(readFileSync(file, 'utf8')) } : emptyState()
  return {
    state,
    save: () => {
      if (!file) return
      writeFileSync(`${file}.new`, JSON.stringify(state), { mode: 0o600 })
      renameSync(`${file}.new`, file)
    },
    nextId: () => {
      state.nextId += 1
      return state.nextId
    },
    nextActionId: () => {
      state.nextActionId += 1
      return state.nextActionId
    },
  }
}
