import type { Role } from '../fleet/names.ts'
import { together } from './drift.ts'

/** How a server was ordered. */
export interface OrderedServer {
  readonly name: string
  readonly role: Role
  readonly pair: number
  readonly phase: string
  readonly location: string
  readonly serverType: string
  /** Undefined for one that has no name any more. */
  readonly image: string | undefined
}

export interface OrderConfig {
  readonly pairs: readonly { readonly location: string; readonly serverTypes: readonly string[] }[]
  readonly image: string
}

/** Where servers in service are not what would be ordered now: one sentence for all that differ in the same way. Pure. */
export const findConfigDrift = (
  servers: readonly OrderedServer[],
  { pairs, image }: OrderConfig,
): readonly string[] => {
  const differing = servers
    .filter(({ phase }) => phase === 'serving')
    .flatMap((server) => {
      const wanted = pairs[server.pair - 1]
      if (!wanted) return []
      const place = `infra.config.ts has ${wanted.location} for pair ${server.pair}`
      const types = `infra.config.ts has ${wanted.serverTypes.join(' or ')} for pair ${server.pair}`
      return [
        ...(server.location === wanted.location ? [] : [{ server, is: `in ${server.location}`, wanted: place }]),
        ...(wanted.serverTypes.includes(server.serverType)
          ? []
          : [{ server, is: `of type ${server.serverType}`, wanted: types }]),
        ...(server.image === undefined || server.image === image
          ? []
          : [{ server, is: `made from ${server.image}`, wanted: `infra.config.ts has ${image}` }]),
      ]
    })
  const causes = new Map<string, OrderedServer[]>()
  for (const { server, is, wanted } of differing) {
    const cause = `${is}, ${wanted}`
    causes.set(cause, [...(causes.get(cause) ?? []), server])
  }
  return [...causes].flatMap(([cause, found]) =>
    together(
      found.map(({ name }) => name),
      `${cause}: ${remedyFor(found)}`,
    ),
  )
}

/** A rotation makes new nameservers too. */
const remedyFor = (servers: readonly OrderedServer[]): string =>
  servers.some(({ role }) => role === 'lb')
    ? 'rotate-lbs makes new lbs and nameservers'
    : 'deploy-infra makes new nameservers'
