import type { InternetLayout } from '../layout.ts'
import { serverRecords, upperTtlSeconds } from './parent-zone.ts'

type Servers = Pick<InternetLayout, 'root' | 'parents'>

const rootServers = ({ root }: Servers): InternetLayout['parents'] => [{ name: 'ns.root', ...root }]

/** The root zone, in which `test.` is the only delegation. @param ds data of the DS record of `test.` */
export const rootZoneText = (servers: Servers, ds: string): string =>
  [
    `. ${upperTtlSeconds} SOA ns.root. hostmaster.nic.test. 1 3600 600 86400 ${upperTtlSeconds}`,
    ...serverRecords('.', rootServers(servers)),
    ...serverRecords('test.', servers.parents),
    `test. ${upperTtlSeconds} DS ${ds}`,
    '',
  ].join('\n')

/** Where a resolver begins. */
export const rootHints = (servers: Servers): string => [...serverRecords('.', rootServers(servers)), ''].join('\n')
