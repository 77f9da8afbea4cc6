import { InfraError } from '../errors.ts'
import type { Zone } from './zone.ts'

/** The SOA of a master file with one record a line: what comes before its serial, and the serial. */
export const soaSerial = /^(\S+\s+\d+\s+IN\s+SOA\s+\S+\s+\S+\s+)(\d+)(?=\s)/m

/** @throws InfraError for what no SOA can have as its serial (RFC 1035 §3.3.13), and for 0, which sources have. */
export const verifySerial = (serial: number): void => {
  if (Number.isInteger(serial) && serial > 0 && serial <= 0xffffffff) return
  throw new InfraError(`${serial} cannot be an SOA serial`, { hint: 'It must be a whole number from 1 to 4294967295.' })
}

/** @param text a master file with one record a line. */
export const withSerialIn = (text: string, serial: number): string =>
  text.replace(soaSerial, (_line, before: string) => `${before}${serial}`)

/** A finished zone with another serial: nothing else of it depends on that. */
export const withSerial = (zone: Zone, serial: number): Zone => ({
  ...zone,
  serial,
  text: withSerialIn(zone.text, serial),
  rrsets: zone.rrsets.map((rrset) =>
    rrset.type === 'SOA' ? { ...rrset, rdata: rrset.rdata.map((soa) => renumbered(soa, serial)) } : rrset,
  ),
})

/** @param soa `mname rname serial refresh retry expire minimum` */
const renumbered = (soa: string, serial: number): string => {
  const [mname, rname, , ...times] = soa.split(' ')
  return [mname, rname, serial, ...times].join(' ')
}
