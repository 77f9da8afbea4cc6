import type { Clock } from '../../lib/clock.ts'
import type { Machines } from '../machines/backend.ts'
import type { Actions } from './actions.ts'
import type { Pools } from './addresses.ts'
import type { Faults } from './faults.ts'
import type { Store } from './store.ts'
import { timestampOf } from './timestamp.ts'

/** What the routes work with. */
export interface Cloud {
  readonly store: Store
  readonly actions: Actions
  readonly faults: Faults
  readonly machines: Machines
  readonly pools: Pools
  readonly clock: Clock
  /** Also speak as before July 2026, with datacenters. */
  readonly hasDatacenters: boolean
}

export const nowOf = ({ clock }: Cloud): string => timestampOf(clock)
