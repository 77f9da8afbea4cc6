import type { Phase } from '../fleet/names.ts'
import type { Observed, ObservedServer } from './types.ts'

/** The nameservers that are called so. */
export const nameserversIn = ({ servers }: Observed, phase: Phase): readonly ObservedServer[] =>
  servers.filter((server) => server.role === 'nameserver' && server.phase === phase)
