import { InfraError } from '../errors.ts'
import { dsTextOf, hasKey, pointsAt, verifyDomain, verifyKey } from './domain-key.ts'
import { type DomainKey, type Driver, plainName } from './driver.ts'
import { type Effects, putAndReadBack } from './read-back.ts'

export interface WantedKey {
  readonly domain: string
  readonly key: DomainKey
}

export interface UnwantedKey extends WantedKey {
  /** Nobody needs a DS record any more: the domain is to be unsigned. */
  readonly mayBeLast: boolean
}

/** @throws InfraError for what is no domain, RegistrarError for a refusal. */
export const readKeys = async (driver: Driver, domain: string): Promise<readonly string[]> => {
  verifyDomain(plainName(domain))
  return driver.keys(plainName(domain))
}

/**
 * Has the registrar know a key of a domain, unless it does already, and reads back what came of it.
 * @throws InfraError before anything is asked for when key and DS record are not of each other and of the domain; when the
 * change does not show; when another key of the domain changed meanwhile (exit code 5). RegistrarError for a refusal.
 */
export const addKey = async (driver: Driver, wanted: WantedKey, effects: Effects): Promise<void> => {
  const { domain, key } = verifyWanted(wanted)
  const before = await driver.keys(domain)
  if (hasKey(before, key)) return
  const change = {
    what: `DS ${dsTextOf(key)} for ${domain} at ${driver.name}`,
    put: () => driver.addKey(domain, key),
    read: () => driver.keys(domain),
    isDone: (after: readonly string[]) => {
      verifyOthers(driver, { domain, key, doing: 'was added' }, { before, after })
      return hasKey(after, key)
    },
    describe: list,
  }
  await putAndReadBack(change, effects)
}

/**
 * Has the registrar forget a key of a domain, unless it does not know it, and reads back what came of it.
 * @throws InfraError as `addKey` does, and when no key would be left although `mayBeLast` is false.
 */
export const removeKey = async (
  driver: Driver,
  { mayBeLast, ...unwanted }: UnwantedKey,
  effects: Effects,
): Promise<void> => {
  const { domain, key } = verifyWanted(unwanted)
  const isOfKey = pointsAt(domain, key)
  const before = await driver.keys(domain)
  if (!before.some(isOfKey)) return
  if (!mayBeLast && before.every(isOfKey)) throw isLast(driver, { domain, key })
  const change = {
    what: `No DS ${dsTextOf(key)} for ${domain} at ${driver.name}`,
    put: () => driver.removeKey(domain, key),
    read: () => driver.keys(domain),
    isDone: (after: readonly string[]) => {
      verifyOthers(driver, { domain, key, doing: 'was removed' }, { before, after })
      return !after.some(isOfKey)
    },
    describe: list,
  }
  await putAndReadBack(change, effects)
}

const verifyWanted = (wanted: WantedKey): WantedKey => {
  const domain = plainName(wanted.domain)
  verifyKey(domain, wanted.key)
  return { domain, key: wanted.key }
}

const list = (keys: readonly string[]): string => keys.map((ds) => `DS ${ds}`).join(', ') || 'nothing'

const isLast = ({ name }: Driver, { domain, key }: WantedKey): InfraError =>
  new InfraError(`${domain} has no other key at ${name}, so DS ${dsTextOf(key)} is not removed`, {
    hint: 'Without it the domain counts as unsigned. Add the key that takes its place before.',
  })

interface Looks {
  readonly before: readonly string[]
  readonly after: readonly string[]
}

/** Most registries remove all that fits what they are given (Porkbun's API description), and somebody else may be at work. */
const verifyOthers = (
  { name }: Driver,
  { domain, key, doing }: WantedKey & { readonly doing: string },
  { before, after }: Looks,
): void => {
  const isOfKey = pointsAt(domain, key)
  const missing = before.filter((ds) => !(isOfKey(ds) || after.includes(ds)))
  const strange = after.filter((ds) => !(isOfKey(ds) || before.includes(ds)))
  const fact = `While DS ${dsTextOf(key)} of ${domain} ${doing} at ${name}`
  if (missing.length > 0) {
    throw new InfraError(`${fact}, others went along: ${list(missing)}`, {
      hint: `Enter what is missing for ${domain} again at once: resolvers that validate need it, and the caches forget it.`,
      exitCode: 5,
    })
  }
  if (strange.length === 0) return
  throw new InfraError(`${fact}, something else came there: ${list(strange)}`, {
    hint: 'Somebody else works on it, or the registrar did more than it was asked for. Look at all DS records there.',
    exitCode: 5,
  })
}
