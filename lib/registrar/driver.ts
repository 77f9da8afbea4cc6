/** The host objects below a domain, by name, with their addresses. Names in lower case, without a final dot. */
export type Hosts = ReadonlyMap<string, readonly string[]>

/**
 * A key that a signed domain publishes, as DNSKEY and as the DS record that points at it: some registrars take the one,
 * some the other.
 */
export interface DomainKey {
  /** 257: a DS record may point at it (RFC 4034 §2.1.1). */
  readonly flags: number
  /** IANA "DNS Security Algorithm Numbers": 13 is ECDSA P-256 with SHA-256. */
  readonly algorithm: number
  /** Base64, without white space. */
  readonly publicKey: string
  readonly tag: number
  /** 2, SHA-256. */
  readonly digestType: number
  /** Hexadecimal. */
  readonly digest: string
}

/** What is to be done with a key. */
export interface KeyChange {
  readonly change: 'add' | 'remove'
  readonly key: DomainKey
}

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
  /** The DS records of the domain, as `rdata`, with their digests in upper case: `3529 13 2 0A…`. */
  keys(domain: string): Promise<readonly string[]>
  /** The registrar has no DS record of it by SHA-256 yet. Resolves when the registrar has accepted it. */
  addKey(domain: string, key: DomainKey): Promise<void>
  /** All DS records of one key. */
  removeKey(domain: string, key: DomainKey): Promise<void>
}

/** Where the glue of a domain is set. Names may be written with a final dot and in any case. */
export interface Registrar {
  readonly name: string
  /** A person has to do it; nothing can be asked of it here. */
  readonly isManual: boolean
  /** What the registrar has on record; none when it does not know the host, undefined when nobody can ask it. */
  read(domain: string, host: string): Promise<readonly string[] | undefined>
  /**
   * Sets the glue of one host, and nothing else; does nothing when it is so already. Resolves when the registrar has
   * accepted it and shows it; the parents may take longer.
   */
  setGlue(domain: string, host: string, addresses: readonly string[]): Promise<void>
  /** Has the domain delegated to these names; refuses when it is delegated to others. */
  setNameservers(domain: string, nameservers: readonly string[]): Promise<void>
  /**
   * The DS records that the registrar has on record, as `rdata`, of keys that it makes them of itself those by SHA-256; none
   * for a domain that is not signed, undefined when nobody can ask it.
   */
  readKeys(domain: string): Promise<readonly string[] | undefined>
  /**
   * Has the registrar know one key, and changes no other; does nothing when it is so already. Resolves when the registrar has
   * accepted it and shows it; the parents may take longer.
   */
  addKey(domain: string, key: DomainKey): Promise<void>
  /**
   * Has it forget one key, and no other; does nothing when it is so already.
   * @param options mayBeLast: the domain is to be unsigned. Otherwise it is refused when no key would be left.
   */
  removeKey(domain: string, key: DomainKey, options: { readonly mayBeLast: boolean }): Promise<void>
  /** What a person has to enter, exactly: plain text of at most 80 columns. */
  instructions(
    domain: string,
    host: string,
    change: { readonly from: readonly string[]; readonly to: readonly string[] },
  ): string
  /** The same for a key of a domain, as DS record and as key. */
  keyInstructions(domain: string, change: KeyChange): string
}

/** `NS1.Example.test.` → `ns1.example.test` */
export const plainName = (name: string): string => name.toLowerCase().replace(/\.$/, '')

/** Of at least two labels, in lower case: fit for a path. */
export const isHostname = (name: string): boolean => /^[a-z0-9-]+(\.[a-z0-9-]+)+$/.test(name)

/** `ns1.example.test` → `ns1`, below `example.test` */
export const labelsBelow = (host: string, domain: string): string => host.slice(0, -domain.length - 1)
