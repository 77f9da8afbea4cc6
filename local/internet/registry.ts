import type { Publisher } from './publish.ts'
import type { InternetState, StateFile } from './state.ts'

/** What is registered, and the way from there to the parents. */
export interface Registry {
  read(): InternetState
  /** Keeps a change, and has it published: resolves as the publisher does. */
  accept(changes: Partial<InternetState>): Promise<void>
  /** Keeps a change that no parent shows. */
  note(changes: Partial<InternetState>): void
  readonly publisher: Publisher
}

export const createRegistry = (state: StateFile, publisher: Publisher): Registry => ({
  read: state.read,
  accept: (changes) => {
    state.write({ ...changes, serial: state.read().serial + 1 })
    return publisher.publish(state.read())
  },
  note: state.write,
  publisher,
})
