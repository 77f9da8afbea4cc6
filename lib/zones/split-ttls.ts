import { canonicalName } from '../dns/wire/name.ts'
import { type Entry, readEntries } from './entries.ts'
import type { ZoneFiles } from './files.ts'
import type { ZoneSource } from './sources.ts'
import type { Zone } from './zone.ts'

/** A record in a file, and its TTL in seconds. */
interface Place {
  readonly file: string
  readonly line: number
  readonly ttl: number
}

/** What a record takes over from what stands before it. */
interface State {
  owner: string
  /** That of $TTL, which wins over the other. */
  defaultTtl: number | undefined
  /** Of the last record that has one. */
  lastTtl: number | undefined
  /** By `www.example.test. A`. */
  readonly places: Map<string, Place[]>
}

/**
 * RRsets whose records have different TTLs and do not stand together. BIND warns where they do; otherwise it takes the TTL of the
 * last record without a word, so it has to be seen in the files (findings/named-compilezone-ttl-of-a-split-rrset.sh). Told only where
 * what BIND made of them agrees, since this reads no more of a file than it needs.
 */
export const splitTtlFaults = (
  { file, origin }: ZoneSource,
  { contents }: Pick<ZoneFiles, 'contents'>,
  { rrsets }: Pick<Zone, 'rrsets'>,
): readonly string[] => {
  const state: State = { owner: origin, defaultTtl: undefined, lastTtl: undefined, places: new Map() }
  readFrom({ contents, file, origin }, state)
  return rrsets.flatMap(({ name, type, ttl }) => {
    const places = state.places.get(`${name} ${type}`) ?? []
    const last = places.at(-1)
    const other = places.findLast((place) => place.ttl !== last?.ttl)
    if (!last || !other || last.ttl !== ttl) return []
    const there = other.file === last.file ? `in line ${other.line}` : `in ${other.file}:${other.line}`
    return [
      `${last.file}:${last.line}: ${name} ${type} has TTL ${ttl} here and ${other.ttl} ${there}: give all its records one, BIND would take the last`,
    ]
  })
}

interface Source {
  readonly contents: ZoneFiles['contents']
  readonly file: string
  /** Canonical. */
  readonly origin: string
}

/** The owner and the origin of before hold again behind a file that is drawn in (RFC 1035 §5.1). */
const readFrom = (source: Source, state: State): void => {
  let { origin } = source
  for (const entry of readEntries(source.contents.get(source.file)?.toString('latin1') ?? '')) {
    const [first, second, third] = entry.words.map(({ text }) => text)
    const directive = entry.isIndented ? undefined : first?.toUpperCase()
    if (directive === '$ORIGIN' && second) origin = absolute(second, origin)
    else if (directive === '$TTL' && second) state.defaultTtl = ttlOf(second)
    else if (directive === '$INCLUDE' && second) {
      const { owner } = state
      const file = Buffer.from(second, 'latin1').toString('utf8')
      readFrom({ ...source, file, origin: third ? absolute(third, origin) : origin }, state)
      state.owner = owner
    } else if (!directive?.startsWith('$')) readRecord(entry, { ...source, origin }, state)
  }
}

const readRecord = ({ isIndented, words }: Entry, { file, origin }: Source, state: State): void => {
  const [first] = words
  if (!isIndented && first) state.owner = absolute(first.text, origin)
  const rest = isIndented ? words : words.slice(1)
  const own = rest.slice(0, 2).findIndex(({ text }) => ttlOf(text) !== undefined)
  const isBehindClass = own === 1 && isClass(rest[0]?.text)
  const explicit = own === 0 || isBehindClass ? ttlOf(rest[own]?.text) : undefined
  const type = rest.find(({ text }) => ttlOf(text) === undefined && !isClass(text))
  state.lastTtl = explicit ?? state.lastTtl
  const ttl = explicit ?? state.defaultTtl ?? state.lastTtl
  if (!first || !type || ttl === undefined) return
  const key = `${state.owner} ${type.text.toUpperCase()}`
  state.places.set(key, [...(state.places.get(key) ?? []), { file, line: first.line, ttl }])
}

const isClass = (word = ''): boolean => /^(IN|CH|HS|CLASS\d+)$/i.test(word)

const absolute = (name: string, origin: string): string => {
  if (name === '@') return origin
  if (name.endsWith('.')) return canonicalName(name)
  return canonicalName(origin === '.' ? name : `${name}.${origin}`)
}

const seconds: Readonly<Record<string, number>> = { w: 604_800, d: 86_400, h: 3600, m: 60, s: 1 }

/** `3600`, `1h30m`; undefined when it is no TTL. */
const ttlOf = (word = ''): number | undefined => {
  // each number but the last has its unit: with one that may be left out, a long text of digits could be read in countless ways
  if (!/^(?=\d)(\d+[wdhms])*\d*$/i.test(word)) return undefined
  const parts = [...word.toLowerCase().matchAll(/(\d+)([wdhms]?)/g)]
  return parts.reduce((sum, [, count, unit = '']) => sum + Number(count) * (seconds[unit] ?? 1), 0)
}
