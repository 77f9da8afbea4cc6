import type { ZoneKey } from './zone-key.ts'

export interface SigningRules {
  /** Unix time, seconds. */
  readonly now: number
  readonly validityDays: number
  /** How it is proven that something is not there: RFC 5155, or RFC 4034 §4. */
  readonly denial: 'nsec3' | 'nsec'
}

const secondsADay = 86_400
/** Clocks of resolvers may be behind, and none of them forgives a signature that has not begun. */
const beginsBeforeSeconds = secondsADay

/** `20261127221738`, as dnssec-signzone(8) takes a moment. */
const stampOf = (seconds: number): string => new Date(seconds * 1000).toISOString().replace(/\D/g, '').slice(0, 14)

/**
 * Signs everything with each of the keys (`-z`, `-x`), and verifies what it has made before it writes it (dnssec-signzone(8)). NSEC3 without salt and iterations, as RFC 9276 §3.1 has it.
 * @param keys of one zone, at least one.
 * @param files in the folder in which it runs, the keys' too.
 */
export const signCommand = (
  keys: readonly Pick<ZoneKey, 'origin' | 'name'>[],
  { now, validityDays, denial }: SigningRules,
  { source, signed }: { readonly source: string; readonly signed: string },
): readonly string[] => [
  'dnssec-signzone',
  '-q',
  '-z',
  '-x',
  '-O',
  'full',
  '-s',
  stampOf(now - beginsBeforeSeconds),
  '-e',
  stampOf(now + validityDays * secondsADay),
  ...(denial === 'nsec3' ? ['-3', '-', '-H', '0'] : []),
  '-o',
  keys[0]?.origin ?? '',
  '-f',
  signed,
  ...keys.flatMap(({ name }) => ['-k', name]),
  source,
]

/** The judge: reads a signed zone and verifies everything in it (dnssec-verify(8)); `-z`, since each key does all. */
export const verifyCommand = (origin: string, file: string): readonly string[] => [
  'dnssec-verify',
  '-q',
  '-z',
  '-o',
  origin,
  file,
]
