import { glueAddresses } from './addresses.ts'
import { invalidInput, notFound, Refusal } from './refusal.ts'

/** A name server below a domain, with the addresses that become its glue. */
export interface Host {
  readonly name: string
  readonly addresses: readonly string[]
}

export interface Domain {
  readonly name: string
  /** None: the parent does not delegate it. */
  readonly nameservers: readonly string[]
  readonly hosts: readonly Host[]
  /** Rdata of DS records, as whoever signed the domain has them entered; none unless they were. */
  readonly ds?: readonly string[]
}

type Domains = readonly Domain[]

const label = '[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?'
const hostname = new RegExp(`^(?=.{1,253}$)${label}(\\.${label})+$`)

/** In lower case and without the final dot. @throws Refusal for what is no host name (RFC 1123) */
const canonicalHostname = (text: string): string => {
  const name = text.toLowerCase().replace(/\.$/, '')
  if (!hostname.test(name)) throw invalidInput(`'${text}' is not a host name`)
  return name
}

export const getDomain = (domains: Domains, name: string): Domain => {
  const domain = domains.find((one) => one.name === name)
  if (domain === undefined) throw notFound(`domain '${name}'`)
  return domain
}

const replace = (domains: Domains, domain: Domain): Domains =>
  domains.map((one) => (one.name === domain.name ? domain : one))

/** Names in our own zone need glue, so their addresses have to be known before (RFC 5732, host objects). */
export const setNameservers = (domains: Domains, name: string, given: readonly string[]): Domains => {
  const domain = getDomain(domains, name)
  const nameservers = given.map(canonicalHostname)
  if (nameservers.length === 0) throw invalidInput('a domain needs at least one nameserver')
  const repeated = nameservers.find((one, index) => nameservers.indexOf(one) !== index)
  if (repeated !== undefined) throw invalidInput(`'${repeated}' is given twice`)
  const known = domains.flatMap(({ hosts }) => hosts.map((host) => host.name))
  const unknown = nameservers.find((one) => one.endsWith('.test') && !known.includes(one))
  if (unknown !== undefined)
    throw new Refusal(422, 'missing_glue', `'${unknown}' has no host object with its addresses`)
  return replace(domains, { ...domain, nameservers })
}

const dsRdata = /^\d{1,5} \d{1,3} \d{1,3} ([0-9a-f]{2})+$/i

/** Whether there are keys that fit is for those to look at who sign the domain. */
export const setDs = (domains: Domains, name: string, ds: readonly string[]): Domains => {
  const wrong = ds.find((one) => !dsRdata.test(one))
  if (wrong !== undefined) throw invalidInput(`'${wrong}' is not key tag, algorithm, digest type and digest`)
  return replace(domains, { ...getDomain(domains, name), ds })
}

/** Creates one host object, or replaces its addresses. */
export const setHost = (domains: Domains, name: string, { name: given, addresses }: Host): Domains => {
  const domain = getDomain(domains, name)
  const host = { name: canonicalHostname(given), addresses: glueAddresses(addresses) }
  if (!host.name.endsWith(`.${name}`)) throw invalidInput(`'${host.name}' is not below '${name}'`)
  const isNew = domain.hosts.every((one) => one.name !== host.name)
  const hosts = isNew ? [...domain.hosts, host] : domain.hosts.map((one) => (one.name === host.name ? host : one))
  return replace(domains, { ...domain, hosts })
}

export const removeHost = (domains: Domains, name: string, host: string): Domains => {
  const domain = getDomain(domains, name)
  if (domain.hosts.every((one) => one.name !== host)) throw notFound(`host '${host}'`)
  const user = domains.find(({ nameservers }) => nameservers.includes(host))
  if (user !== undefined) throw new Refusal(409, 'in_use', `'${host}' is a nameserver of '${user.name}'`)
  return replace(domains, { ...domain, hosts: domain.hosts.filter((one) => one.name !== host) })
}
