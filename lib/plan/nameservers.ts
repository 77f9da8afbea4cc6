import type { Phase } from '../fleet/names.ts'
import type { FleetServer } from '../fleet/server.ts'

type Named = Pick<FleetServer, 'role' | 'phase' | 'generation'>

interface Servers<S extends Named> {
  readonly servers: readonly S[]
}

/** The nameservers that are called so. */
export const nameserversIn = <S extends Named>({ servers }: Servers<S>, phase: Phase): readonly S[] =>
  servers.filter((server) => server.role === 'nameserver' && server.phase === phase)

/** The nameservers of one generation. */
export const nameserversOf = <S extends Named>({ servers }: Servers<S>, generation: number): readonly S[] =>
  servers.filter((server) => server.role === 'nameserver' && server.generation === generation)
