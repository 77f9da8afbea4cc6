import { textOf } from '../../errors.ts'
import type { DnsRecord } from '../wire/message.ts'
import { isWithin } from '../wire/name.ts'
import type { Answered } from '../wire/reply.ts'
import { countLabels } from './canonical-order.ts'
import { type Proofs, readProofs } from './proofs.ts'
import { readPublicKey } from './public-key.ts'
import { readSignature, type Signature } from './signature.ts'
import { lastLabels, type SignedSet, signatureFault, type Trust } from './verify-rrset.ts'

export interface SignedZone {
  /** Canonical. */
  readonly origin: string
  /** `rdata` of its DNSKEY records. */
  readonly published: readonly string[]
  /** Whether it answers for a name, which may be in another zone below it. Default: all that is in it. */
  readonly isOurs?: (name: string) => boolean
}

interface Asked {
  /** Canonical. */
  readonly name: string
  readonly type: string
}

type Sections = Pick<Answered, 'rcode' | 'answers' | 'authority'>

interface Judged extends SignedSet {
  readonly signatures: readonly Signature[]
}

/**
 * What a validating resolver would not take from an answer that was asked for with DO: RRsets without a signature that holds, and
 * names and types that are not there without a proof (RFC 4035 §5, RFC 5155 §8). Names of other zones are passed over.
 * @param now Unix time.
 * @returns sentences; none when all is proven.
 */
export const unprovenIn = (reply: Sections, asked: Asked, zone: SignedZone, now: number): readonly string[] => {
  try {
    return judge(reply, asked, zone, now)
  } catch (error) {
    // anybody's octets may come
    return [`its signatures cannot be read: ${textOf(error)}`]
  }
}

const judge = (
  reply: Sections,
  asked: Asked,
  { origin, published, isOurs = () => true }: SignedZone,
  now: number,
): readonly string[] => {
  const trust: Trust = { origin, keys: published.map(readPublicKey), now }
  // DS records of a zone are with its parent
  const isInZone = (name: string): boolean => isWithin(name, origin) && (asked.type === 'DS' || isOurs(name))
  // what is at the name of a zone below may be its parent's too: who has signed it says so
  const ours = ({ name, signatures }: Judged): boolean =>
    isInZone(name) || (isWithin(name, origin) && signatures.some(({ signer }) => signer === origin))
  const answers = groupSets(reply.answers).filter(ours)
  const authority = groupSets(reply.authority).filter(ours)
  const denying = authority.map((set) => ({ ...set, mayBeShorter: set.type === 'SOA' }))
  const judged = [...answers, ...denying].map((set) => ({
    set,
    faults: isSynthesised(set, answers) ? [] : faultsOf(set, trust),
  }))
  const faults = judged.flatMap((one) => one.faults)
  // what is not signed proves nothing, and one cause is told once
  if (faults.length > 0) return faults
  const evidence = { answers, authority, origin, isInZone, proofs: readProofs(authority, origin) }
  return denialFaults(reply, asked, evidence)
}

const groupSets = (records: readonly DnsRecord[]): readonly Judged[] => {
  const signatures = records
    .filter(({ type }) => type === 'RRSIG')
    .map((one) => ({ ...readRecord(one), name: one.name }))
  const sets = new Map<string, DnsRecord[]>()
  for (const record of records) {
    if (record.type === 'RRSIG') continue
    const key = `${record.name} ${record.type}`
    sets.set(key, [...(sets.get(key) ?? []), record])
  }
  return [...sets.values()].flatMap(([first, ...more]) =>
    first
      ? [
          {
            name: first.name,
            type: first.type,
            ttl: first.ttl,
            rdata: [first, ...more].map(({ rdata }) => rdata),
            signatures: signatures.filter(({ name, covers }) => name === first.name && covers === first.type),
          },
        ]
      : [],
  )
}

const readRecord = ({ rdata }: DnsRecord): Signature => readSignature(rdata)

/** Every signature has to hold: a resolver may take any of them. */
const faultsOf = (set: Judged, trust: Trust): readonly string[] => {
  const what = `${set.name} ${set.type}`
  if (set.signatures.length === 0) return isUnsignedByDesign(set, trust) ? [] : [`${what} has no signature`]
  return set.signatures.flatMap((signature) => {
    const fault = rememberedFault(set, signature, trust)
    return fault === undefined ? [] : [`the signature of ${what} ${fault}`]
  })
}

/** The alias that a DNAME record makes has no signature, and follows from that record, which has (RFC 6672 §5.3.1). */
const isSynthesised = ({ name, type, rdata, signatures }: Judged, answers: readonly Judged[]): boolean =>
  type === 'CNAME' &&
  signatures.length === 0 &&
  answers.some((one) => {
    const before = name.slice(0, -one.name.length)
    return (
      one.type === 'DNAME' && before.endsWith('.') && name.endsWith(one.name) && rdata[0] === `${before}${one.rdata[0]}`
    )
  })

/** What is delegated away is for the child to sign (RFC 4035 §2.2). */
const isUnsignedByDesign = ({ name, type }: SignedSet, { origin }: Trust): boolean => type === 'NS' && name !== origin

const remembered = new Map<string, string | undefined>()
const mostRemembered = 200_000

/** The same answer comes over two transports from many addresses. What depends on the moment is not remembered. */
const rememberedFault = (set: Judged, signature: Signature, trust: Trust): string | undefined => {
  const key = JSON.stringify([set.name, set.type, set.ttl, set.rdata, trust.keys.map(({ tag }) => tag), trust.origin])
  const whole = `${key} ${signature.head.toString('latin1')} ${signature.signature.toString('latin1')}`
  const isInTime = trust.now >= signature.inception && trust.now <= signature.expiration
  if (isInTime && remembered.has(whole)) return remembered.get(whole)
  const fault = signatureFault(set, signature, trust)
  if (remembered.size >= mostRemembered) remembered.clear()
  if (isInTime) remembered.set(whole, fault)
  return fault
}

interface Evidence {
  readonly answers: readonly Judged[]
  readonly authority: readonly Judged[]
  readonly origin: string
  readonly isInZone: (name: string) => boolean
  readonly proofs: Proofs
}

const denialFaults = ({ rcode }: Sections, asked: Asked, evidence: Evidence): readonly string[] => {
  const { answers, authority, origin, isInZone, proofs } = evidence
  const expanded = answers.flatMap(({ name, signatures }) => {
    const labels = signatures[0]?.labels
    return labels !== undefined && labels < countLabels(name) ? [{ name, labels }] : []
  })
  const wildcards = expanded.flatMap(({ name, labels }) =>
    proofs.isCovered(lastLabels(name, labels + 1)) ? [] : [`nothing proves that ${name} itself is not there`],
  )
  const end = endOf(asked, answers)
  if (!isInZone(end) || answers.some(({ name, type }) => name === end && type === asked.type)) return wildcards
  const cut = authority.find(({ name, type }) => type === 'NS' && name !== origin)
  if (cut && isWithin(end, cut.name)) return [...wildcards, ...cutFaults(cut.name, evidence)]
  return [...wildcards, ...(rcode === 'NXDOMAIN' ? nameFaults(end, evidence) : typeFaults(end, asked.type, evidence))]
}

/** Where aliases lead, as far as the answer follows them. */
const endOf = ({ name, type }: Asked, answers: readonly SignedSet[]): string => {
  let end = name
  for (let steps = 0; steps <= answers.length; steps++) {
    const alias = type === 'CNAME' ? undefined : answers.find((one) => one.name === end && one.type === 'CNAME')
    const next = alias?.rdata[0]
    if (next === undefined) return end
    end = next
  }
  return end
}

/** A delegation has a DS record, or is proven to have none (RFC 4035 §5.2). */
const cutFaults = (cut: string, { authority, proofs }: Evidence): readonly string[] => {
  if (authority.some(({ name, type }) => name === cut && type === 'DS')) return []
  const types = proofs.typesAt(cut)
  return types?.has('NS') && !types.has('DS') && !types.has('SOA')
    ? []
    : [`nothing proves that ${cut} has no DS record`]
}

/** RFC 4035 §5.4, RFC 5155 §8.4. */
const nameFaults = (name: string, { proofs }: Evidence): readonly string[] => {
  const encloser = proofs.closestEncloser(name)
  if (encloser === undefined) return [`nothing proves that ${name} is not there`]
  return proofs.isCovered(`*.${encloser}`) ? [] : [`nothing proves that there is no *.${encloser}`]
}

/** RFC 4035 §5.4, RFC 5155 §8.5 to §8.7. */
const typeFaults = (name: string, type: string, { proofs }: Evidence): readonly string[] => {
  const types = proofs.typesAt(name)
  if (types?.has('NS') && !types.has('SOA') && type !== 'DS') return [`the proof of ${name} is of a delegation`]
  if (types) return types.has(type) || types.has('CNAME') ? [`the proof says that ${name} has ${type} or an alias`] : []
  if (proofs.isEmptyNonTerminal(name)) return []
  const encloser = proofs.closestEncloser(name)
  const wildcard = encloser === undefined ? undefined : proofs.typesAt(`*.${encloser}`)
  if (wildcard && !wildcard.has(type) && !wildcard.has('CNAME')) return []
  return [`nothing proves that ${name} has no ${type}`]
}
