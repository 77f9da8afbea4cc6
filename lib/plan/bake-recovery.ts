import { noTrafficRecovery } from './no-traffic-recovery.ts'

export const bakeRecovery = noTrafficRecovery(
  'Run bake-images again: it removes the machine that was left in the middle, and bakes anew.',
)
