import { InfraError } from '../errors.ts'
import { canonicalAddresses, isAddress } from '../ip.ts'
import { type Driver, type Hosts, isHostname, plainName } from './driver.ts'
import { type Effects, putAndReadBack } from './read-back.ts'

export interface WantedHost {
  readonly domain: string
  readonly host: string
  readonly addresses: readonly string[]
}

/**
 * Gives one host object these addresses and no others, unless it has them already, and reads back what came of it.
 * @throws InfraError before anything is asked for when the host is not below the domain or an address is none; when the
 * change does not show; when another host object changed meanwhile (exit code 5). RegistrarError for a refusal.
 */
export const changeHost = async (driver: Driver, wanted: WantedHost, effects: Effects): Promise<void> => {
  const { domain, host, addresses } = verifyHost(wanted)
  const before = await driver.hosts(domain)
  const known = before.get(host)
  if (known && isSame(known, addresses)) return
  const change = {
    what: `${addresses.join(' ')} for ${host} at ${driver.name}`,
    put: () => driver.putHost({ domain, host, addresses, isNew: known === undefined }),
    read: () => driver.hosts(domain),
    isDone: (after: Hosts) => {
      verifyOthers(driver, host, before, after)
      return isSame(after.get(host) ?? [], addresses)
    },
    describe: (after: Hosts) => describeAddresses(after, host),
  }
  await putAndReadBack(change, effects)
}

const isSame = (some: readonly string[], others: readonly string[]): boolean =>
  canonicalAddresses(some).join() === canonicalAddresses(others).join()

const describeAddresses = (hosts: Hosts, host: string): string => hosts.get(host)?.join(' ') || 'nothing'

/** @throws InfraError unless the host lies below the domain. */
export const verifyBelow = (domain: string, host: string): void => {
  if (host.endsWith(`.${domain}`) && isHostname(host)) return
  throw new InfraError(`${host} is no host name below ${domain}, so its glue is not set there`, {
    hint: 'The glue of a host is set at the registrar of the domain that the host name ends in.',
  })
}

const verifyHost = (wanted: WantedHost): WantedHost => {
  const [domain, host] = [plainName(wanted.domain), plainName(wanted.host)]
  verifyBelow(domain, host)
  const wrong = wanted.addresses.filter((address) => !isAddress(address))
  if (wrong.length > 0 || wanted.addresses.length === 0) {
    throw new InfraError(`The glue of ${host} cannot be set to ${wrong.join(', ') || 'nothing'}`, {
      hint: 'Glue consists of IPv4 and IPv6 addresses, at least one.',
    })
  }
  return { domain, host, addresses: canonicalAddresses(wanted.addresses) }
}

const verifyOthers = ({ name }: Driver, host: string, before: Hosts, after: Hosts): void => {
  const others = [...new Set([...before.keys(), ...after.keys()])].filter((other) => other !== host)
  const changes = others
    .filter((other) => !isSame(before.get(other) ?? [], after.get(other) ?? []))
    .map((other) => `${other} was ${describeAddresses(before, other)} and is ${describeAddresses(after, other)}`)
  if (changes.length === 0) return
  throw new InfraError(`While ${host} was set at ${name}, something else changed there: ${changes.join('; ')}`, {
    hint: 'Somebody else works on it, or the registrar did more than it was asked for. Look at all glue records there.',
    exitCode: 5,
  })
}
