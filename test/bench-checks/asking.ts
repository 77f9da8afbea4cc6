/**
 * What an operation does with the zones and the servers of one generation: compiles two generations, compares them, and puts every check
 * to both nameservers and then to both lbs, as two tracks do it side by side. Says what it took, as JSON.
 *
 *   asking.ts FOLDER-BEFORE FOLDER-AFTER TARGETS     both nameservers, then both lbs, as JSON
 */
import { checksFor } from '../../lib/dns/checks.ts'
import { describeFinding, probe } from '../../lib/dns/probe.ts'
import type { Target } from '../../lib/dns/query.ts'
import { identityOf } from '../../lib/fleet/names.ts'
import { compileZonesOnce } from '../../lib/zones/compile-once.ts'
import { compareZones } from '../../lib/zones/difference.ts'
import type { Zone } from '../../lib/zones/zone.ts'
import { benchHosts, generations } from './zone.ts'

const [before = '', after = '', servers = '[]'] = process.argv.slice(2)
const targets: readonly Target[] = JSON.parse(servers)

const checkServer = async (zones: readonly Zone[], target: Target, pair: number): Promise<number> => {
  const checks = checksFor(zones, { nsid: identityOf(pair, generations.after), serial: generations.after })
  const findings = await probe([target], checks)
  const bad = findings.filter(({ status }) => status !== 'ok')
  if (bad.length > 0)
    throw new Error(`${bad.length} of ${findings.length} findings: ${bad.slice(0, 3).map(describeFinding).join('\n')}`)
  return findings.length
}

const startedAt = performance.now()
// Side by side, as observeChanges has it.
const [old, zones] = await Promise.all([
  compileZonesOnce({ folder: before, serial: generations.before, hosts: benchHosts }),
  compileZonesOnce({ folder: after, serial: generations.after, hosts: benchHosts }),
])
const changes = compareZones(old, zones)
const compiledAt = performance.now()
const counts: number[] = []
for (const track of [targets.slice(0, 2), targets.slice(2)]) {
  counts.push(...(await Promise.all(track.map((target, i) => checkServer(zones, target, i + 1)))))
}
process.stdout.write(
  JSON.stringify({
    ms: performance.now() - startedAt,
    compileMs: compiledAt - startedAt,
    peakMegabytes: process.resourceUsage().maxRSS / 1024,
    findings: counts.reduce((sum, count) => sum + count, 0),
    changed: changes.flatMap(({ rrsets }) => rrsets).length,
  }),
)
