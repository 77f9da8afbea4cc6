import type { Clock } from '../clock.ts'
import { type Driver, plainName } from './driver.ts'
import { changeHost, verifyBelow } from './host-change.ts'
import { describeGlueChange } from './instructions.ts'
import { createManual } from './manual.ts'
import { changeNameservers } from './nameserver-change.ts'
import type { Effects } from './read-back.ts'
import { type RegistrarSettings, rows } from './rows.ts'

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
  /** What a person has to enter, exactly: plain text of at most 80 columns. */
  instructions(
    domain: string,
    host: string,
    change: { readonly from: readonly string[]; readonly to: readonly string[] },
  ): string
}

/**
 * The registrar of the settings. Its methods throw RegistrarError, in the registrar's own words, with the request and a
 * remedy, for what it refuses, and InfraError for what is not asked of it. Credentials are in no error.
 * @throws InfraError (exit code 2) when endpoint or credentials cannot be right.
 */
export const createRegistrar = (
  settings: RegistrarSettings,
  effects: { readonly clock: Clock; readonly signal?: AbortSignal | undefined },
): Registrar => (settings.kind === 'manual' ? createManual() : overDriver(createDriver(settings, effects), effects))

const createDriver = (settings: Exclude<RegistrarSettings, { readonly kind: 'manual' }>, effects: Effects): Driver => {
  const row = rows.find(({ kind }) => kind === settings.kind)
  if (!row) throw new Error(`${settings.kind} is no registrar`)
  // the settings have what their row asks for: both are of one kind
  return (row.create as (own: typeof settings, effects: Effects) => Driver)(settings, effects)
}

const overDriver = (driver: Driver, effects: Effects): Registrar => ({
  name: driver.name,
  isManual: false,
  read: async (domain, host) => {
    verifyBelow(plainName(domain), plainName(host))
    return (await driver.hosts(plainName(domain))).get(plainName(host)) ?? []
  },
  setGlue: (domain, host, addresses) => changeHost(driver, { domain, host, addresses }, effects),
  setNameservers: (domain, nameservers) => changeNameservers(driver, { domain, nameservers }, effects),
  instructions: (domain, host, change) => describeGlueChange({ domain, host, ...change, registrar: driver.name }),
})
