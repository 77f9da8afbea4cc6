import type { Role } from './names.ts'

/** What a server's labels say of it. Labels are the only memory between runs, so any laptop can finish what another began. */
export interface ServerFacts {
  readonly role: Role
  readonly pair: number
  readonly generation: number
  /** Content hash of the zone files the nameserver was made from; empty for an lb. */
  readonly zones: string
  /** Content hash of the finished zones that it was given; empty before that, and for an lb. */
  readonly content: string
  /** Commit of the checkout that made it, with `-dirty` when there were changes besides; empty when there was none. */
  readonly commit: string
  /** The same of the generation before, for a rebuild of it. */
  readonly previous: string
  /** Raw ed25519 host keys, base64url: the one in force, and one more while it is being rotated. */
  readonly hostKeys: readonly string[]
  /** Its host key is still the one that travelled through the cloud's user_data. */
  readonly isFirstContact: boolean
  /** What was so before a rotation began to replace this lb; undefined as long as none has. */
  readonly before: BeforeRotation | undefined
  /** Since when nobody learns of this lb any more; undefined while glue points at it. */
  readonly drain: Drain | undefined
  /** An old server that the operator chose to keep: not the rest of an unfinished run. */
  readonly kept: boolean
  /** A new lb whose address is in zones that have been served, or are about to be: caches may know it. */
  readonly announced: boolean
  /** A new lb whose rotation is being taken back; undefined while it is to stay. */
  readonly abandoned: Abandonment | undefined
  /** Of a nameserver: hash of the keys of its zones; empty where none is signed, and before it has any. */
  readonly keys: string
  /** Of a nameserver: the longest TTL in its zones, in seconds; undefined before it has any. */
  readonly ttlSeconds: number | undefined
  /** Of a nameserver: Unix time until which caches may hold answers of generations before it, with the same keys; undefined if none is known. */
  readonly heldUntil: number | undefined
  /** Of a nameserver: what caches may hold of generations whose zones have other keys; undefined when none is known. */
  readonly otherKeys: OtherKeys | undefined
  /** Of a nameserver: what is known of DS records that point at keys of its zones, by `dsNameOf`. */
  readonly ds: ReadonlyMap<string, DsMemory>
}

export interface OtherKeys {
  /** Hash of the keys of that generation. */
  readonly of: string
  /** Unix time in seconds. */
  readonly until: number
}

/**
 * `given`: the registrar was told, and no parent has shown it yet; what its TTL may be · `seen`: parents had one, and as far as any run
 * of ours knows they still do · `gone`: none of them has, and caches forget it then.
 */
export type DsMemory =
  | { readonly kind: 'given' | 'seen'; readonly ttlSeconds: number }
  /** Unix time in seconds. */
  | { readonly kind: 'gone'; readonly until: number }

interface BeforeRotation {
  /** Questions of clients, an hour. */
  readonly queriesPerHour: number
  /** The longest that a cache may have held its address, as the TTLs were then. */
  readonly ttlSeconds: number
}

interface Drain {
  /** Unix time in seconds: when the last parent server was seen to show glue of its successor only. */
  readonly since: number
  /** How long caches may hold the address from then on. */
  readonly waitSeconds: number
}

interface Abandonment {
  /** Nameservers of this generation and later do not carry its address in their zones. */
  readonly generation: number
  /** The longest that a cache may have held its address, as the TTLs were then. */
  readonly ttlSeconds: number
}

export type Labels = Readonly<Record<string, string>>

/** On everything made here; nothing without it is ever changed or deleted. */
export const projectLabels = (project: string): Labels => ({ project })
export const projectSelector = (project: string): string => `project=${project}`

// A label value must begin and end with a letter or digit, which base64url does not.
export const sealKey = (key: string): string => `k.${key}.k`
export const openKey = (value: string | undefined): string[] => (value?.startsWith('k.') ? [value.slice(2, -2)] : [])

export const serverLabels = (project: string, facts: ServerFacts): Labels => ({
  ...projectLabels(project),
  role: facts.role,
  pair: String(facts.pair),
  generation: String(facts.generation),
  ...(facts.zones && { zones: facts.zones }),
  ...(facts.content && { content: facts.content }),
  ...(facts.commit && { commit: facts.commit }),
  ...(facts.previous && { previous: facts.previous }),
  ...(facts.hostKeys[0] && { 'host-key': sealKey(facts.hostKeys[0]) }),
  ...(facts.hostKeys[1] && { 'host-key-next': sealKey(facts.hostKeys[1]) }),
  ...(facts.isFirstContact && { 'first-contact': 'true' }),
  ...(facts.kept && { kept: 'true' }),
  ...(facts.announced && { announced: 'true' }),
  ...(facts.abandoned && {
    abandoned: String(facts.abandoned.generation),
    'abandoned-ttl': String(facts.abandoned.ttlSeconds),
  }),
  ...(facts.before && {
    'queries-before': String(facts.before.queriesPerHour),
    'ttl-before': String(facts.before.ttlSeconds),
  }),
  ...(facts.keys && { keys: facts.keys }),
  ...(facts.ttlSeconds !== undefined && { ttl: String(facts.ttlSeconds) }),
  ...(facts.heldUntil !== undefined && { 'held-until': String(facts.heldUntil) }),
  ...(facts.otherKeys && {
    'other-keys': facts.otherKeys.of || unsigned,
    'other-keys-until': String(facts.otherKeys.until),
  }),
  ...dsLabels(facts),
  ...(facts.drain && { 'drain-since': String(facts.drain.since), 'drain-wait': String(facts.drain.waitSeconds) }),
})

/** Undoes `serverLabels`; undefined when these are not the labels of a server of this project. */
export const parseServerLabels = (project: string, labels: Labels): ServerFacts | undefined => {
  const { role, pair, generation } = labels
  if (labels.project !== project || (role !== 'nameserver' && role !== 'lb')) return undefined
  if (!/^\d+$/.test(pair ?? '') || !/^\d+$/.test(generation ?? '')) return undefined
  return {
    role,
    pair: Number(pair),
    generation: Number(generation),
    zones: labels.zones ?? '',
    content: labels.content ?? '',
    commit: labels.commit ?? '',
    previous: labels.previous ?? '',
    hostKeys: [...openKey(labels['host-key']), ...openKey(labels['host-key-next'])],
    isFirstContact: labels['first-contact'] === 'true',
    kept: labels.kept === 'true',
    announced: labels.announced === 'true',
    abandoned: numbers(labels, ['abandoned', 'abandoned-ttl'], ([generation, ttlSeconds]) => ({
      generation,
      ttlSeconds,
    })),
    before: numbers(labels, ['queries-before', 'ttl-before'], ([queriesPerHour, ttlSeconds]) => ({
      queriesPerHour,
      ttlSeconds,
    })),
    keys: labels.keys ?? '',
    ttlSeconds: numberIn(labels.ttl),
    heldUntil: numberIn(labels['held-until']),
    otherKeys: otherKeysIn(labels),
    ds: memoriesIn(labels),
    drain: numbers(labels, ['drain-since', 'drain-wait'], ([since, waitSeconds]) => ({ since, waitSeconds })),
  }
}

/** Stands for the hash of no keys, as a label may not begin with anything else than a letter or digit. */
const unsigned = 'unsigned'

const numberIn = (value: string | undefined): number | undefined =>
  /^\d+$/.test(value ?? '') ? Number(value) : undefined

const otherKeysIn = (labels: Labels): OtherKeys | undefined => {
  const { 'other-keys': of, 'other-keys-until': moment } = labels
  const until = numberIn(moment)
  return of !== undefined && until !== undefined ? { of: of === unsigned ? '' : of, until } : undefined
}

const dsLabels = ({ ds = new Map() }: Partial<Pick<ServerFacts, 'ds'>>): Labels =>
  Object.fromEntries([...ds].map(([name, memory]) => [`ds-${name}`, describeMemory(memory)]))

const describeMemory = (memory: DsMemory): string =>
  `${memory.kind}-${memory.kind === 'gone' ? memory.until : memory.ttlSeconds}`

const memoriesIn = (labels: Labels): ReadonlyMap<string, DsMemory> =>
  new Map(
    Object.entries(labels).flatMap(([label, value]): [string, DsMemory][] => {
      const [, name] = /^ds-([0-9a-f]+)$/.exec(label) ?? []
      const [, kind, number] = /^(given|seen|gone)-(\d+)$/.exec(value) ?? []
      if (name === undefined || number === undefined) return []
      if (kind === 'given' || kind === 'seen') return [[name, { kind, ttlSeconds: Number(number) }]]
      return [[name, { kind: 'gone', until: Number(number) }]]
    }),
  )

const numbers = <T>(
  labels: Labels,
  [first, second]: readonly [string, string],
  make: (values: readonly [number, number]) => T,
): T | undefined => {
  const [a, b] = [labels[first], labels[second]].map(numberIn)
  return a === undefined || b === undefined ? undefined : make([a, b])
}
