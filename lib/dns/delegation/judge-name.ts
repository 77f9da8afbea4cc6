import { canonicalAddresses } from '../../ip.ts'
import { createFinding } from '../checks/finding.ts'
import type { Finding } from '../probe.ts'
import type { FoundAddresses } from './find-addresses.ts'

export interface NameUse {
  /** `NS of example.test. example2.test.` */
  readonly use: string
  /** Where it has to lead; undefined when any address will do. */
  readonly addresses: readonly string[] | undefined
}

/** Whether the name of a nameserver leads to an address by itself, and to the right ones where these are known. Pure. */
export const judgeName = (found: FoundAddresses, { use, addresses }: NameUse): Finding => {
  const { host, silent } = found
  const fault = silent.length > 0 ? undefined : faultOf(found, addresses)
  return createFinding({
    check: 'ns-target',
    server: host,
    address: '',
    transport: 'udp',
    asked: `${host} A and AAAA, from the root down (${use})`,
    status: silent.length > 0 ? 'unknown' : fault === undefined ? 'ok' : 'failed',
    expected: addresses ? canonicalAddresses(addresses).join(' ') : 'an address, and no alias',
    got: silent.length > 0 ? silent.join('; ') : (fault ?? 'as expected'),
    command: `dig +trace '${host}' A`,
  })
}

const faultOf = (
  { addresses: found, alias }: FoundAddresses,
  wanted: readonly string[] | undefined,
): string | undefined => {
  if (alias !== undefined) return `an alias of ${alias}`
  if (found.length === 0) return 'no address'
  const isWanted = !wanted || canonicalAddresses(found).join(' ') === canonicalAddresses(wanted).join(' ')
  return isWanted ? undefined : canonicalAddresses(found).join(' ')
}
