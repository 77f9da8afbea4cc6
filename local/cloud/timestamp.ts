import type { Clock } from '../../lib/clock.ts'

/** Now, as the API spells it: without fractions. */
export const timestampOf = (clock: Clock): string => new Date(clock.now()).toISOString().replace(/\.\d+Z$/, 'Z')
