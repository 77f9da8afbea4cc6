/**
 * What it costs to sign a large zone, as a ratio taken in one run: against dnssec-signzone and dnssec-verify alone, on the same zone with
 * the same key. Without the compilation, which is the same without signing. No machines.
 */
import { readFile, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { runProgram } from '../lib/outside/program.ts'
import { inScratch } from '../lib/scratch.ts'
import { compileZones } from '../lib/zones/compile.ts'
import { signCommand, verifyCommand } from '../lib/zones/signing/commands.ts'
import { openPrivateKey } from '../lib/zones/signing/private-key.ts'
import { signZones } from '../lib/zones/signing/sign-zones.ts'
import { recordOf } from '../lib/zones/signing/zone-key.ts'
import { benchHosts, benchZone, generations } from './bench-checks/zone.ts'
import { median } from './bench-sessions.ts'
import { rules, withKeyFolder } from './lib/zones/signing/fixture.ts'

const rounds = 3
const rrsets = 20_000
const goal = 1.5

const say = (text: string): void => void process.stdout.write(`${text}\n`)
const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`

const timed = async (work: () => Promise<unknown>): Promise<number> => {
  const startedAt = performance.now()
  await work()
  return performance.now() - startedAt
}

const run = async (argv: readonly string[], cwd: string): Promise<void> => {
  const { exitCode, stderr } = await runProgram(argv, { cwd })
  if (exitCode !== 0) throw new Error(`${argv[0]}: ${stderr}`)
}

await withKeyFolder(async ({ folder, identity, make }) =>
  inScratch('bench-', async (scratch) => {
    const { origin, text } = benchZone(rrsets, 0)
    await writeFile(path.join(scratch, `${origin}zone`), text)
    const zones = await compileZones({ folder: scratch, serial: generations.after, hosts: benchHosts })
    const key = await make(origin)
    const alone = path.join(scratch, `${key.name}.private`)
    await writeFile(alone, await openPrivateKey(key, { folder, identity }), { mode: 0o600 })
    await writeFile(path.join(scratch, `${key.name}.key`), await readFile(path.join(folder, `${key.name}.key`)))
    await writeFile(path.join(scratch, 'source'), `${zones[0]?.text}${recordOf(key)}\n`)
    const signed = path.join(scratch, 'signed')
    const ratios: number[] = []
    say(`signing ${zones[0]?.rrsets.length} RRsets, in turns with BIND's programs alone:`)
    for (let round = 1; round <= rounds; round += 1) {
      const ours = await timed(() => signZones(zones, { ...rules, folder, keys: [key], identity }))
      const signing = await timed(() => run(signCommand([key], rules, { source: 'source', signed }), scratch))
      const verifying = await timed(() => run(verifyCommand(origin, signed), scratch))
      ratios.push(ours / (signing + verifying))
      say(
        `  round ${round}: ${seconds(ours)}; dnssec-signzone ${seconds(signing)}, dnssec-verify ${seconds(verifying)}`,
      )
      await rm(signed)
    }
    say(`signing / dnssec-signzone and dnssec-verify: ${median(ratios).toFixed(2)} (goal: at most ${goal})`)
  }),
)
