import { noTrafficRecovery } from './no-traffic-recovery.ts'

export const removeKeptRecovery = noTrafficRecovery('Run deploy-infra --remove-kept again for the rest.')
