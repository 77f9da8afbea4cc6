import { InfraError } from '../errors.ts'
import { type Driver, isHostname, plainName } from './driver.ts'
import { type Effects, putAndReadBack } from './read-back.ts'

export interface WantedNameservers {
  readonly domain: string
  readonly nameservers: readonly string[]
}

/**
 * Has a domain delegated to these nameservers, unless it is already, and reads back what came of it.
 * @throws InfraError when the domain has other nameservers, which are not ours to remove, or when the change does not show.
 * RegistrarError for a refusal.
 */
export const changeNameservers = async (driver: Driver, wanted: WantedNameservers, effects: Effects): Promise<void> => {
  const domain = plainName(wanted.domain)
  const nameservers = [...new Set(wanted.nameservers.map(plainName))]
  verifyNames([domain, ...nameservers])
  const read = async (): Promise<readonly string[]> => (await driver.nameservers(domain)).map(plainName)
  const known = await read()
  if (isSame(known, nameservers)) return
  verifyNoneLost(driver, known, { domain, nameservers })
  const change = {
    what: `${list(nameservers)} as nameservers of ${domain} at ${driver.name}`,
    put: () => driver.putNameservers(domain, nameservers),
    read,
    isDone: (shown: readonly string[]) => isSame(shown, nameservers),
    describe: list,
  }
  await putAndReadBack(change, effects)
}

const verifyNames = (names: readonly string[]): void => {
  const wrong = names.filter((name) => !isHostname(name))
  if (wrong.length === 0 && names.length > 1) return
  const what = wrong.length > 0 ? `${list(wrong)}: no host name` : 'A domain needs at least one nameserver'
  throw new InfraError(what, { hint: 'Look at the host names in infra.config.ts and at the names of the zone files.' })
}

const list = (names: readonly string[]): string => names.join(', ') || 'none'

const isSame = (some: readonly string[], others: readonly string[]): boolean =>
  [...some].sort().join() === [...others].sort().join()

const verifyNoneLost = (
  { name }: Driver,
  known: readonly string[],
  { domain, nameservers }: WantedNameservers,
): void => {
  const others = known.filter((one) => !nameservers.includes(one))
  if (others.length === 0) return
  throw new InfraError(`${domain} has other nameservers at ${name}, which are not removed: ${list(others)}`, {
    hint: `If nobody needs them any more, enter ${list(nameservers)} as the only nameservers of ${domain} there yourself.`,
  })
}
