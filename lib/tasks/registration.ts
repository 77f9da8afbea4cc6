import { parentOf } from '../dns/wire/name.ts'
import { InfraError } from '../errors.ts'
import { isHostname, plainName, type Registrar } from '../registrar/driver.ts'
import { type RefusalKind, RegistrarError } from '../registrar/errors.ts'

/** Not of one domain alone: the next one would be answered alike. */
const ofAll: readonly RefusalKind[] = ['credentials', 'rate-limit', 'unavailable', 'no-answer']

/** The registrar does not hold the domain that it was asked for. */
export const isUnknownDomain = (error: unknown): boolean =>
  error instanceof RegistrarError && error.kind === 'unknown-domain'

const isOfOneDomain = (error: unknown): error is InfraError =>
  error instanceof InfraError &&
  error.exitCode !== 130 &&
  !(error instanceof RegistrarError && ofAll.includes(error.kind))

/**
 * Has each zone delegated to these names, each by itself: what the registrar does not hold (reverse zones, zones that a provider
 * delegates) is left to others.
 * @returns the zones that were left.
 * @throws InfraError naming what failed, once all others are done; or when the registrar holds none of the zones.
 */
export const registerZones = async (
  registrar: Registrar,
  zones: readonly string[],
  nameservers: readonly string[],
): Promise<readonly string[]> => {
  const left: string[] = []
  const failures: InfraError[] = []
  for (const zone of zones.map(plainName)) {
    try {
      if (isHostname(zone)) await registrar.setNameservers(zone, nameservers)
      else left.push(zone)
    } catch (error) {
      if (isUnknownDomain(error)) left.push(zone)
      else if (isOfOneDomain(error)) failures.push(error)
      else throw error
    }
  }
  verifyNoFailures(failures)
  if (left.length === zones.length) throw holdsNone(registrar, left)
  return left
}

const verifyNoFailures = (failures: readonly InfraError[]): void => {
  const [first, ...others] = failures
  if (!first) return
  if (others.length === 0) throw first
  const hints = new Set(failures.flatMap(({ hint }) => hint ?? []))
  throw new InfraError(failures.map(({ message }) => message).join('\n'), {
    hint: [...hints].join('\n'),
    exitCode: first.exitCode,
    cause: first,
  })
}

const holdsNone = ({ name }: Registrar, zones: readonly string[]): InfraError =>
  new InfraError(`${name} holds none of our zones in this account: ${zones.join(', ')}`, {
    hint: 'Look whether the credentials are those of the account that the domains are in; or set REGISTRAR=manual and leave --register out, to be told what to enter.',
  })

/** What a host name may belong to at a registrar, nearest first: `domain` and what is above it, without the top level. */
const domainsFrom = (domain: string): readonly string[] =>
  domain.includes('.') ? [domain, ...domainsFrom(plainName(parentOf(`${domain}.`)))] : []

/**
 * Sets the glue of a host at the nearest domain above it that the registrar holds: its zone may be delegated from that domain.
 * @param nearest the zone that the host lies in, or the name above it
 * @returns false, with nothing changed, when the registrar holds no domain above the host.
 */
export const setGlueOf = async (
  registrar: Registrar,
  nearest: string,
  { host, addresses }: { readonly host: string; readonly addresses: readonly string[] },
): Promise<boolean> => {
  for (const domain of domainsFrom(plainName(nearest))) {
    try {
      await registrar.setGlue(domain, host, addresses)
      return true
    } catch (error) {
      if (!isUnknownDomain(error)) throw error
    }
  }
  return false
}
