import { z } from 'zod'
import { canonicalIpv6, familyOf, ipv6Number, parseRange } from './addresses.ts'
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
  const [address = '', bits = '', ...rest] = text.split('/')
  const family = rest.length > 0 ? 0 : familyOf(address)
  if (family === 0 || !/^\d{1,3}$/.test(bits) || Number(bits) > (family === 4 ? 32 : 128))
    throw invalidInput('rules', `'${text}' is not a network in CIDR notation`)
  const network = `${family === 6 ? canonicalIpv6(address) : address}/${Number(bits)}`
  if (family === 4 ? !parseRange(network) : hasHostBits(address, Number(bits)))
    throw invalidInput('rules', `'${text}' has host bits set`)
  return network
}

const hasHostBits = (address: string, bits: number): boolean => BigInt.asUintN(128 - bits, ipv6Number(address)) !== 0n

const isPortRange = (text: string): boolean => {
  if (text === 'any') return true
  const [first = 0, last = first] = text.split('-').map(Number)
  return /^\d+(-\d+)?$/.test(text) && first >= 1 && first <= last && last <= 65_535
}

const peersAtMost = 100
const effectiveAtMost = 500

/** Networks of a rule by its direction, and those that it must not have. */
const peersOf = ({ direction, source_ips, destination_ips }: z.output<typeof rule>) => {
  const [sources, destinations] = [source_ips ?? [], destination_ips ?? []]
  return direction === 'in' ? ([sources, destinations] as const) : ([destinations, sources] as const)
}

/** @throws ApiError 422 for rules that make no sense, or are more than a firewall can have: each network of a rule counts. */
export const ruleRecords = (input: readonly z.output<typeof rule>[]): readonly RuleRecord[] => {
  const records = input.map(ruleRecord)
  const effective = records.flatMap(({ source_ips, destination_ips }) => [...source_ips, ...destination_ips]).length
  if (effective > effectiveAtMost) throw invalidInput('rules', `more than ${effectiveAtMost} effective rules`)
  return records
}

/** @throws ApiError 422 for a rule that makes no sense. */
const ruleRecord = (input: z.output<typeof rule>): RuleRecord => {
  const hasPorts = input.protocol === 'tcp' || input.protocol === 'udp'
  const port = input.port === null || input.port === undefined || input.port === '' ? null : String(input.port)
  if (hasPorts !== (port !== null))
    throw invalidInput('rules', hasPorts ? 'port is required for tcp and udp' : 'port is for tcp and udp only')
  if (port !== null && !isPortRange(port)) throw invalidInput('rules', `'${port}' is no port`)
  const [peers, others] = peersOf(input)
  if (others.length > 0)
    throw invalidInput(
      'rules',
      `${input.direction === 'in' ? 'destination_ips' : 'source_ips'} is for the other direction`,
    )
  if (peers.length > peersAtMost) throw invalidInput('rules', `a rule has at most ${peersAtMost} networks`)
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
