import { canonicalAddresses, familyOf } from '../ip.ts'
import { labelsBelow, plainName } from './driver.ts'

export interface GlueInstructions {
  readonly domain: string
  readonly host: string
  /** What the parents show now. */
  readonly from: readonly string[]
  readonly to: readonly string[]
  /** `your registrar`, `Porkbun` */
  readonly registrar: string
}

/**
 * What a person who has never done it has to enter to change the glue of one host: plain text of at most 80 columns, as
 * long as the names fit into them. Pure.
 */
export const describeGlueChange = ({ registrar, from: old, to: wanted, ...names }: GlueInstructions): string => {
  const [domain, host] = [plainName(names.domain), plainName(names.host)]
  const [from, to] = [canonicalAddresses(old), canonicalAddresses(wanted)]
  const removed = from.filter((address) => !to.includes(address))
  return [
    `Change the glue of ${host}`,
    '',
    'Glue is the address of a nameserver, kept by the registry of the domain that the',
    'name of the nameserver lies in. It is entered at the registrar of that domain,',
    'where it may be called glue record, host record, child nameserver, private',
    'nameserver or registered host. It is not one of the DNS records.',
    '',
    `1. Log in at ${registrar} and open the settings of the domain`,
    `     ${domain}`,
    `2. ${from.length > 0 ? 'Open the glue record of' : 'Open the glue record of this host, or make a new one:'}`,
    `     ${host}`,
    '   or, where the form adds the name of the domain by itself, of',
    `     ${labelsBelow(host, domain)}`,
    `3. Have it hold exactly ${to.length === 1 ? 'this address' : 'these addresses'}:`,
    ...to.map((address) => `     ${spell(address)}${from.includes(address) ? '   (it is there already)' : ''}`),
    ...(removed.length > 0
      ? [
          `   in place of ${removed.length === 1 ? 'the old one' : 'the old ones'}:`,
          ...removed.map((one) => `     ${spell(one)}`),
        ]
      : []),
    '4. Save it once, with everything in it. It must never be without an address.',
    '',
    'Leave the list of nameservers of the domain as it is: their names do not change.',
    'Leave the glue of all other hosts as it is, and the DNS records too.',
  ].join('\n')
}

const spell = (address: string): string => `IPv${familyOf(address)}  ${address}`
