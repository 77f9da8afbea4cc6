import { InfraError } from '../../errors.ts'

// IANA "Resource Record (RR) TYPEs". Our own table, because dns-packet encodes a name that it does not know as type 0.
const numbers: Readonly<Record<string, number>> = {
  A: 1,
  NS: 2,
  MD: 3,
  MF: 4,
  CNAME: 5,
  SOA: 6,
  MB: 7,
  MG: 8,
  MR: 9,
  NULL: 10,
  WKS: 11,
  PTR: 12,
  HINFO: 13,
  MINFO: 14,
  MX: 15,
  TXT: 16,
  RP: 17,
  AFSDB: 18,
  SIG: 24,
  KEY: 25,
  AAAA: 28,
  LOC: 29,
  NXT: 30,
  SRV: 33,
  NAPTR: 35,
  KX: 36,
  CERT: 37,
  DNAME: 39,
  OPT: 41,
  APL: 42,
  DS: 43,
  SSHFP: 44,
  IPSECKEY: 45,
  RRSIG: 46,
  NSEC: 47,
  DNSKEY: 48,
  DHCID: 49,
  NSEC3: 50,
  NSEC3PARAM: 51,
  TLSA: 52,
  SMIMEA: 53,
  HIP: 55,
  CDS: 59,
  CDNSKEY: 60,
  OPENPGPKEY: 61,
  CSYNC: 62,
  ZONEMD: 63,
  SVCB: 64,
  HTTPS: 65,
  SPF: 99,
  EUI48: 108,
  EUI64: 109,
  IXFR: 251,
  AXFR: 252,
  ANY: 255,
  URI: 256,
  CAA: 257,
}

const names: ReadonlyMap<number, string> = new Map(Object.entries(numbers).map(([name, number]) => [number, name]))

/**
 * @param type a mnemonic such as `MX`, or `TYPE65280` (RFC 3597 §5).
 * @throws InfraError for anything else, so that no question is ever sent for type 0.
 */
export const typeNumber = (type: string): number => {
  const known = numbers[type.toUpperCase()]
  if (known !== undefined) return known
  const generic = Number(/^TYPE(\d{1,5})$/i.exec(type)?.[1])
  if (generic > 0 && generic <= 0xffff) return generic
  throw new InfraError(`"${type}" is no record type`, { hint: 'Write its mnemonic (MX), or TYPE and its number.' })
}

/** The mnemonic, or `TYPE65280` for a type without one here (RFC 3597 §5). */
export const typeName = (number: number): string => names.get(number) ?? `TYPE${number}`
