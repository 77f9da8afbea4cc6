import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { promisify } from 'node:util'
import type { InternetLayout, TwinLayout } from '../../../local/layout.ts'

// Programs that nobody here has written, and what they say of a zone. They are told where the root is, so that they ask nobody else.

type Root = InternetLayout['root']

/** A file that says where the root is, as Zonemaster takes it. */
export const writeHints = (file: string, { ipv4, ipv6 }: Root): Promise<void> =>
  writeFile(file, `. 3600000 NS ns.root.\nns.root. 3600000 A ${ipv4}\nns.root. 3600000 AAAA ${ipv6}\n`)

interface Judgement {
  readonly level: string
  readonly tag: string
  readonly args: unknown
}

/** Of the laboratory alone: addresses of the benchmark range (RFC 2544), which is private to Zonemaster and has no names. */
const ofTheLab = ['NAMESERVER_IP_PRIVATE_NETWORK', 'NAMESERVER_IP_WITHOUT_REVERSE']

/**
 * What Zonemaster says at WARNING or above, tag by tag. Its exit code is always 0, and a module that it does not know, or servers that are
 * gone, are findings of level CRITICAL.
 * @param hints from `writeHints`.
 */
export const zonemaster = async (hints: string, zone: string): Promise<readonly string[]> => {
  const words = ['--hints', hints, '--ipv4', '--ipv6', '--level', 'WARNING', '--json', '--no-progress']
  const { stdout } = await promisify(execFile)('zonemaster-cli', [...words, zone])
  const found: readonly Judgement[] = JSON.parse(stdout)
  return [...new Set(found.map(({ tag }) => tag))].filter((tag) => !ofTheLab.includes(tag)).sort()
}

/**
 * What DNSViz calls an error or a warning, code by code: `E:EXPIRATION_IN_PAST`. It asks the authoritative servers alone (`-A`), from the
 * root on (`-x`), and trusts the root's key. It looks for a way to a real root server all the same, so it runs where none leads out.
 * @param anchor file of the root's DNSKEY record, as in a zone file.
 */
export const dnsviz = async (
  anchor: string,
  { namespace, internet }: Pick<TwinLayout, 'namespace' | 'internet'>,
  zone: string,
): Promise<readonly string[]> => {
  const inside = [`--net=/run/netns/${namespace}`, 'dnsviz']
  const { ipv4 } = internet.root
  const probe = await run('nsenter', [...inside, 'probe', '-A', '-a', '.', '-x', `.+:ns.root=${ipv4}`, zone], '')
  const printed = await run('nsenter', [...inside, 'print', '-t', anchor], probe)
  return [...new Set(printed.match(/\b[EW]:\w+/g) ?? [])].sort()
}

const run = async (program: string, words: readonly string[], input: string): Promise<string> => {
  const child = spawn(program, words, { stdio: ['pipe', 'pipe', 'ignore'] })
  let said = ''
  child.stdout.on('data', (chunk) => {
    said += chunk
  })
  child.stdin.end(input)
  const [code] = await once(child, 'close')
  if (said === '') throw new Error(`${program} ${words.join(' ')} ended with ${code} and said nothing`)
  return said
}
