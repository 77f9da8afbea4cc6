import type { Clock } from '../clock.ts'
import { type Driver, plainName, type Registrar } from './driver.ts'
import { changeHost, verifyBelow } from './host-change.ts'
import { describeGlueChange } from './instructions.ts'
import { addKey, readKeys, removeKey } from './key-change.ts'
import { describeKeyChange } from './key-instructions.ts'
import { createManual } from './manual.ts'
import { changeNameservers } from './nameserver-change.ts'
import type { Effects } from './read-back.ts'
import { type RegistrarSettings, rows } from './rows.ts'

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
  readKeys: (domain) => readKeys(driver, domain),
  addKey: (domain, key) => addKey(driver, { domain, key }, effects),
  removeKey: (domain, key, { mayBeLast }) => removeKey(driver, { domain, key, mayBeLast }, effects),
  instructions: (domain, host, change) => describeGlueChange({ domain, host, ...change, registrar: driver.name }),
  keyInstructions: (domain, change) => describeKeyChange({ domain, ...change, registrar: driver.name }),
})
