import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { compileZones } from '../../../lib/zones/compile.ts'
import type { Zone } from '../../../lib/zones/zone.ts'
import { withVariable } from '../with-variable.ts'

export const serial = 1790000000
export const nsid = `ns1.${serial}`
export const hosts = [
  { hostname: 'ns1.example.test', ipv4: '198.18.0.10', ipv6: '2001:2:0:a::1' },
  { hostname: 'ns2.example.test', ipv4: '198.18.0.11', ipv6: null },
]

const longText = Array.from({ length: 8 }, (_, i) => `"${String(i).repeat(200)}"`).join(' ')

/** Every kind of record that a check treats in its own way. */
export const exampleZone = `$TTL 1h
@ SOA ns1 hostmaster 0 7200 3600 1209600 300
  NS ns1
  NS ns2
  A 192.0.2.1
  AAAA 2001:db8::1
  MX 10 Mail
  MX 20 mail2.elsewhere.invalid.
  TXT "v=spf1 -all"
  CAA 0 issue "letsencrypt.org"
  HTTPS 1 . alpn=h2,h3
WWW 300 CNAME @
mail A 192.0.2.2
     TXT "semi;colon" "quo\\"te" "caf\\233 \\\\ back" plain
_sip._tcp SRV 0 5 5060 Mail
generic TYPE65280 \\# 4 0a000001
$GENERATE 1-3 host$ A 192.0.2.$
*.wild A 192.0.2.77
_probe TXT ${longText}
sub NS ns.sub
    NS ns.elsewhere.invalid.
ns.sub A 192.0.2.9
deep.ent A 192.0.2.8
`

export const example2Zone = `$TTL 1h
@ SOA ns1.example.test. hostmaster.example.test. 0 7200 3600 1209600 300
  NS ns1.example.test.
  NS ns2.example.test.
  A 192.0.2.3
www CNAME @
`

/** Calls `use` with a folder that holds these zone files, and removes it after. */
export const withZoneFiles = async <T>(
  files: Readonly<Record<string, string>>,
  use: (folder: string) => Promise<T>,
): Promise<T> => {
  const folder = await mkdtemp(path.join(tmpdir(), 'zone-files-'))
  try {
    for (const [file, text] of Object.entries(files)) await writeFile(path.join(folder, file), text)
    return await use(folder)
  } finally {
    await rm(folder, { recursive: true })
  }
}

/** Calls `use` while temporary files are made in a folder of its own, where those of other tests cannot be seen. */
export const withOwnTmpdir = (use: (folder: string) => Promise<void>): Promise<void> =>
  withZoneFiles({}, (folder) => withVariable('TMPDIR', folder, () => use(folder)))

export const compileFixture = (
  options: { readonly serial?: number; readonly example?: string } = {},
): Promise<Zone[]> =>
  withZoneFiles({ 'example.test.zone': options.example ?? exampleZone, 'example2.test.zone': example2Zone }, (folder) =>
    compileZones({ folder, serial: options.serial ?? serial, hosts }),
  )
