import { identityOf, parseServerName, serverName } from '../fleet/names.ts'
import type { Observed, ObservedLb, ObservedServer } from './types.ts'

/** What an lb said when it was asked for the SOA of a zone. */
export interface ObservedAnswer {
  readonly lb: string
  readonly address: string
  readonly transport: string
  readonly zone: string
  readonly fault: string | undefined
  readonly serial: number | undefined
  readonly nsid: string | undefined
}

/**
 * Where lbs do not answer, or from another nameserver than that of their pair: one sentence for each lb and each thing that is wrong
 * there, however many zones, addresses and transports show it. Pure.
 */
export const findAnswerDrift = (observed: Observed, answers: readonly ObservedAnswer[]): readonly string[] => {
  const lbs = [...new Set(answers.map(({ lb }) => lb))]
  return lbs.flatMap((name) => {
    const all = answers.filter(({ lb }) => lb === name)
    const pair = parseServerName(name)?.pair ?? 0
    const nameserver = serverName('nameserver', pair, 'serving')
    const server = observed.servers.find((one) => one.name === nameserver)
    const lb = observed.lbs.find((one) => one.name === name)
    return [
      ...silenceOf(all, { name, nameserver }),
      ...(server ? astrayOf(all, { name, server, expected: knownOf(observed, lb, server) }) : []),
    ]
  })
}

const silenceOf = (
  all: readonly ObservedAnswer[],
  { name, nameserver }: { readonly name: string; readonly nameserver: string },
): readonly string[] => {
  const silent = all.filter(({ fault }) => fault !== undefined)
  if (silent.length === 0) return []
  const [first = '', ...others] = new Set(silent.map(({ fault }) => fault ?? ''))
  const more = others.length > 0 ? `; and ${others.length} more like it` : ''
  return [
    `${name} does not answer with authority ${scopeOf(silent, all)}: ${first}${more}. Look at named on ${nameserver} and at dns-lb status on ${name}`,
  ]
}

/** Whose answers are no drift of their own: those of the nameserver behind the lb, which is told apart when it is the wrong one. */
const knownOf = (
  { servers }: Observed,
  lb: ObservedLb | undefined,
  server: ObservedServer,
): readonly ObservedServer[] => {
  const target = servers.find(({ name }) => name === lb?.target)
  return target ? [server, target] : [server]
}

const astrayOf = (
  all: readonly ObservedAnswer[],
  {
    name,
    server,
    expected,
  }: { readonly name: string; readonly server: ObservedServer; readonly expected: readonly ObservedServer[] },
): readonly string[] => {
  const isExpected = ({ nsid, serial }: ObservedAnswer): boolean =>
    expected.some((one) => nsid === identityOf(one.pair, one.generation) && serial === one.generation)
  const astray = all.filter((answer) => answer.fault === undefined && !isExpected(answer))
  if (astray.length === 0) return []
  const said = [
    ...new Set(astray.map(({ nsid, serial }) => `${nsid ?? 'a server without NSID'} with serial ${serial}`)),
  ]
  const identity = identityOf(server.pair, server.generation)
  return [
    `${name} is answered ${scopeOf(astray, all)} by ${said.join(' and ')} instead of ${identity} with serial ${server.generation}: deploy-infra makes all of one generation`,
  ]
}

/** Which questions are meant, and how many of those that were asked. */
const scopeOf = (some: readonly ObservedAnswer[], all: readonly ObservedAnswer[]): string => {
  const only = (pick: (answer: ObservedAnswer) => string): readonly string[] => {
    const found = [...new Set(some.map(pick))]
    return found.length < new Set(all.map(pick)).size ? found : []
  }
  const [zone, ...zones] = only((answer) => answer.zone)
  const parts = [
    ...(zone ? [`for ${zone}${zones.length > 0 ? ` and ${zones.length} more` : ''}`] : []),
    ...only(({ transport }) => transport).map((transport) => `over ${transport.toUpperCase()}`),
    ...only(({ address }) => address).map((address) => `at ${address}`),
  ]
  const count = some.length < all.length ? `${some.length} of ${all.length} questions` : `${all.length} questions`
  return `(${[parts.join(' '), count].filter(Boolean).join(', ')})`
}
