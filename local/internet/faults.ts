import { z } from 'zod'
import type { Domain } from './domains.ts'

const times = z.int().min(1).default(1)
const delayMs = z.int().min(0).max(86_400_000)

const faults = z.strictObject({
  /** How long after it was accepted a change is published; by the first label of the parents' names, where they differ. */
  publishDelayMs: z.union([delayMs, z.strictObject({ a: delayMs.default(0), b: delayMs.default(0) })]).optional(),
  /** The next changes are refused. */
  refuse: z
    .strictObject({ code: z.string(), message: z.string(), status: z.int().min(400).max(499).default(422), times })
    .optional(),
  /** The next requests fail, whatever they ask. */
  fail: z.strictObject({ status: z.int().min(400).max(599).default(503), times }).optional(),
  /** What is published from now on is wrong on the second parent: addresses, or DS records, also of what has none. */
  wrongGlue: z.boolean().optional(),
  wrongDs: z.boolean().optional(),
})

/** What can be asked for. The TTL of delegations is a setting rather than a fault: it stays when faults are cleared. */
export const faultRequest = faults.extend({ parentTtl: z.int().min(0).max(172_800).optional() })

/** What a registrar and its registry do on a bad day. */
export type Faults = z.output<typeof faults>

/** A fault that strikes so many times, with one of them used up. */
export const strikeOff = <F extends { readonly times: number }>(fault: F): F | undefined =>
  fault.times === 1 ? undefined : { ...fault, times: fault.times - 1 }

/** @param parent such as `a.nic.test` */
export const publishDelayOf = ({ publishDelayMs = 0 }: Faults, parent: string): number => {
  if (typeof publishDelayMs === 'number') return publishDelayMs
  return parent.startsWith('a.') ? publishDelayMs.a : publishDelayMs.b
}

/** Documentation addresses (RFC 5737, RFC 3849): nobody is there. */
const wrongAddress = (address: string): string => (address.includes(':') ? '2001:db8::1' : '192.0.2.1')

/** The domains as the second parent shows them. */
export const withMistakes = (
  domains: readonly Domain[],
  { wrongGlue = false, wrongDs = false }: Faults,
): readonly Domain[] => {
  const glued = wrongGlue ? withWrongGlue(domains) : domains
  return wrongDs ? withWrongDs(glued) : glued
}

/** The same domains with the first address of every host mistaken. */
const withWrongGlue = (domains: readonly Domain[]): readonly Domain[] =>
  domains.map((domain) => ({
    ...domain,
    hosts: domain.hosts.map(({ name, addresses: [first = '', ...others] }) => ({
      name,
      addresses: [wrongAddress(first), ...others],
    })),
  }))

/** Of a key that nobody has. */
const strangeDs = `12345 13 2 ${'01'.repeat(32)}`

/** The same domains, vouched for as if somebody else had signed them. */
const withWrongDs = (domains: readonly Domain[]): readonly Domain[] =>
  domains.map((domain) => ({ ...domain, ds: [strangeDs] }))
