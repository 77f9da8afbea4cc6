import path from 'node:path'
import { writeWhole } from '../host/record.ts'
import { runOrFail } from '../host/run.ts'
import type { ZoneKey } from './keys.ts'
import { upperTtlSeconds } from './parent-zone.ts'

export interface Unsigned {
  /** Of a zone without signatures, with all names in full. */
  readonly text: string
  /** Where that text is written, with the key in it: dnssec-signzone(8) reads nothing but files. */
  readonly source: string
}

const secondsADay = 86_400
/** Nobody comes to sign again what stays as it is; beyond half a year, judges complain. */
const validityDays = 179

/** `20261127221738`, as dnssec-signzone(8) takes a moment. */
const stampOf = (seconds: number): string => new Date(seconds * 1000).toISOString().replace(/\D/g, '').slice(0, 14)

/**
 * Signs everything with the one key (`-z`), from yesterday on, since another clock may be behind. NSEC3 without salt and iterations
 * (RFC 9276 §3.1).
 * @param now Unix time, seconds
 * @returns the text to be served
 */
export const signZone = async (key: ZoneKey, { text, source }: Unsigned, now: number): Promise<string> => {
  const { origin, file, dnskey } = key
  await writeWhole(source, `${text}${origin} ${upperTtlSeconds} DNSKEY ${dnskey}\n`)
  const times = ['-s', stampOf(now - secondsADay), '-e', stampOf(now + validityDays * secondsADay)]
  const output = ['-O', 'full', '-d', path.dirname(file), '-f', '-']
  const signing = ['-q', '-z', '-x', '-3', '-', ...times, ...output, '-o', origin, '-k', file, source]
  return runOrFail(['dnssec-signzone', ...signing])
}
