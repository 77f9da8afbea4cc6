/** The host objects below a domain, by name, with their addresses. Names in lower case, without a final dot. */
export type Hosts = ReadonlyMap<string, readonly string[]>

interface HostChange {
  readonly domain: string
  readonly host: string
  readonly addresses: readonly string[]
  /** The registrar has no such host object yet. */
  readonly isNew: boolean
}

/**
 * One registrar's API, and nothing else: what is asked for has been checked, and what came of it is read back by others.
 * Names are in lower case, without a final dot.
 */
export interface Driver {
  /** As a sentence names it. */
  readonly name: string
  hosts(domain: string): Promise<Hosts>
  /** Replaces all addresses of one host object, or creates it. Resolves when the registrar has accepted it. */
  putHost(change: HostChange): Promise<void>
  nameservers(domain: string): Promise<readonly string[]>
  putNameservers(domain: string, nameservers: readonly string[]): Promise<void>
}

/** `NS1.Example.test.` → `ns1.example.test` */
export const plainName = (name: string): string => name.toLowerCase().replace(/\.$/, '')

/** Of at least two labels, in lower case: fit for a path. */
export const isHostname = (name: string): boolean => /^[a-z0-9-]+(\.[a-z0-9-]+)+$/.test(name)

/** `ns1.example.test` → `ns1`, below `example.test` */
export const labelsBelow = (host: string, domain: string): string => host.slice(0, -domain.length - 1)
