import { isIP } from 'node:net'
import { z } from 'zod'
import { parseRange } from './addresses.ts'
import { invalidInput } from './errors.ts'
import type { RuleRecord } from './state.ts'

const rule = z.object({
  direction: z.enum(['in', 'out']),
  protocol: z.enum(['tcp', 'udp', 'icmp', 'esp', 'gre']),
  port: z.union([z.string(), z.int()]).nullish(),
  source_ips: z.array(z.string()).nullish(),
  destination_ips: z.array(z.string()).nullish(),
  description: z.string().max(255).nullish(),
})

export const rules = z.array(rule).max(50)

/** @returns the network in canonical spelling (RFC 5952), as the API answers */
const requireNetwork = (text: string): string => {
  const [address = '', bits = ''] = text.split('/')
  const family = isIP(address)
  if (family === 0 || !/^\d{1,3}$/.test(bits) || Number(bits) > (family === 4 ? 32 : 128))
    throw invalidInput('rules', `'${text}' is not a network in CIDR notation`)
  const network = `${family === 6 ? canonicalIpv6(address) : address}/${Number(bits)}`
  if (family === 4 ? !parseRange(network) : hasHostBits(address, Number(bits)))
    throw invalidInput('rules', `'${text}' has host bits set`)
  return network
}

/** The URL parser knows the canonical spelling. */
const canonicalIpv6 = (address: string): string => new URL(`http://[${address}]/`).hostname.slice(1, -1)

const hasHostBits = (address: string, bits: number): boolean => {
  const [head = [], tail = []] = canonicalIpv6(address)
    .split('::')
    .map((part) => part.split(':').filter(Boolean))
  const groups = [...head, ...Array<string>(8 - head.length - tail.length).fill('0'), ...tail]
  const number = BigInt(`0x${groups.map((group) => group.padStart(4, '0')).join('')}`)
  return BigInt.asUintN(128 - bits, number) !== 0n
}

const isPortRange = (text: string): boolean => {
  if (text === 'any') return true
  const [first = 0, last = first] = text.split('-').map(Number)
  return /^\d+(-\d+)?$/.test(text) && first >= 1 && first <= last && last <= 65_535
}

/** @throws ApiError 422 for a rule that makes no sense. */
export const ruleRecord = (input: z.output<typeof rule>): RuleRecord => {
  const hasPorts = input.protocol === 'tcp' || input.protocol === 'udp'
  const port = input.port === null || input.port === undefined || input.port === '' ? null : String(input.port)
  if (hasPorts !== (port !== null))
    throw invalidInput('rules', hasPorts ? 'port is required for tcp and udp' : 'port is for tcp and udp only')
  if (port !== null && !isPortRange(port)) throw invalidInput('rules', `'${port}' is no port`)
  const peers = (input.direction === 'in' ? input.source_ips : input.destination_ips) ?? []
  if (peers.length === 0)
    throw invalidInput('rules', `${input.direction === 'in' ? 'source_ips' : 'destination_ips'} is required`)
  const canonical = peers.map(requireNetwork)
  return {
    direction: input.direction,
    protocol: input.protocol,
    port: port === 'any' ? '1-65535' : port,
    source_ips: input.direction === 'in' ? canonical : [],
    destination_ips: input.direction === 'out' ? canonical : [],
    description: input.description ?? null,
  }
}
