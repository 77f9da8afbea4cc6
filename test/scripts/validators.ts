import { execFile } from 'node:child_process'
import { setTimeout } from 'node:timers/promises'
import { promisify } from 'node:util'
import { query } from '../../lib/dns/query.ts'
import type { InternetLayout } from '../../local/layout.ts'
import { type Stream, startStream } from './resolver-stream.ts'

type Kind = readonly [name: string, type: string, rcode: 'NOERROR' | 'NXDOMAIN']

/** Every kind of answer that a validator proves in a way of its own; `*` is another label each time. */
const kinds: readonly [Kind, ...Kind[]] = [
  ['example.test', 'SOA', 'NOERROR'],
  ['example.test', 'NS', 'NOERROR'],
  ['example.test', 'A', 'NOERROR'],
  ['example.test', 'AAAA', 'NOERROR'],
  ['example.test', 'MX', 'NOERROR'],
  ['example.test', 'CAA', 'NOERROR'],
  ['www.example.test', 'A', 'NOERROR'],
  ['_sip._tcp.example.test', 'SRV', 'NOERROR'],
  ['_probe.example.test', 'TXT', 'NOERROR'],
  ['*.preview.example.test', 'A', 'NOERROR'],
  // nothing of that type; a name without records; nothing of that name; a delegation that is not signed; the other zone
  ['example.test', 'LOC', 'NOERROR'],
  ['lab.example.test', 'A', 'NOERROR'],
  ['*.example.test', 'A', 'NXDOMAIN'],
  ['sub.example.test', 'DS', 'NOERROR'],
  ['www.example2.test', 'A', 'NOERROR'],
]

type Validator = 'unbound' | 'bind' | 'behind'

export interface Validators {
  /** Asks all of them steadily for every kind. */
  load(): Stream
  /**
   * What of all kinds is not as wanted once caches have had their time, a line each: proven, answered without a proof, or refused.
   * @param others are not asked.
   */
  settle(wanted: 'secure' | 'insecure' | 'bogus', others?: readonly Validator[]): Promise<readonly string[]>
}

/** TTLs are seconds here; but unbound keeps for a minute that a zone had no key, or a wrong one, whatever they are. */
const patienceMs = 75_000

/** Questions a second to each resolver. */
const rate = 10

/** The resolvers of a little internet that validate: unbound, BIND, and one behind a cache that does not. */
export const validatorsOf = ({ resolver, bindResolver, behindResolver }: InternetLayout): Validators => {
  const all = Object.entries({ unbound: resolver.ipv4, bind: bindResolver.ipv4, behind: behindResolver.ipv4 })
  let count = 0
  const nameOf = (name: string): string => {
    count += 1
    return name.replace('*', `v${process.pid}-${count}`)
  }

  const ask = async ([who, address]: readonly [string, string], kind: Kind): Promise<readonly string[]> => {
    const [pattern, type, rcode] = kind
    const name = nameOf(pattern)
    const transport = type === 'TXT' ? 'tcp' : 'udp'
    const reply = await query({ address, port: 53 }, { name, type, transport, rd: true }, { timeoutMs: 8000 })
    const said = reply.kind === 'answered' ? reply.rcode : reply.kind
    return said === rcode ? [] : [`${who}: ${name} ${type}: ${said}`]
  }

  const load = (): Stream =>
    startStream(async (turn) => {
      const kind = kinds[turn % kinds.length] ?? kinds[0]
      return (await Promise.all(all.map((one) => ask(one, kind)))).flat()
    }, rate)

  const statusOf = async (address: string, [pattern, type]: Kind): Promise<string> => {
    const words = ['+dnssec', '+timeout=5', '+tries=2', `@${address}`, nameOf(pattern), type]
    const { stdout } = await promisify(execFile)('dig', words).catch(({ stdout }) => ({ stdout: String(stdout) }))
    if (/status: SERVFAIL/.test(stdout)) return 'bogus'
    if (!/status: (NOERROR|NXDOMAIN)/.test(stdout)) return 'unanswered'
    return / flags:[^;]* ad[ ;]/.test(stdout) ? 'secure' : 'insecure'
  }

  const unlike = async (wanted: string, others: readonly string[]): Promise<readonly string[]> => {
    const ofZone = kinds.filter(([name]) => !name.includes('example2'))
    const found = await Promise.all(
      all
        .filter(([who]) => !others.includes(who))
        .map(async ([who, address]) => {
          const wrong: string[] = []
          for (const kind of ofZone) {
            const status = await statusOf(address, kind)
            if (status !== wanted) wrong.push(`${who}: ${kind[0]} ${kind[1]} is ${status}, not ${wanted}`)
          }
          return wrong
        }),
    )
    return found.flat()
  }

  return {
    load,
    settle: async (wanted, others = []) => {
      const deadline = Date.now() + patienceMs
      let wrong = await unlike(wanted, others)
      while (wrong.length > 0 && Date.now() < deadline) {
        await setTimeout(1000)
        wrong = await unlike(wanted, others)
      }
      return wrong
    },
  }
}
