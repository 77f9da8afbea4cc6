import { type Authority, authorityOf } from '../zones/authority.ts'
import { createFollower } from '../zones/chain.ts'
import type { Zone } from '../zones/zone.ts'
import { absentChecks } from './checks/absent.ts'
import { type Check, type CheckId, withJudge } from './checks/check.ts'
import { closedChecks } from './checks/closed.ts'
import { dataChecks } from './checks/data.ts'
import { pathChecks } from './checks/path.ts'
import { protocolChecks } from './checks/protocol.ts'
import { ageChecks, signedChecks } from './checks/signed.ts'
import { ednsOf, type Question, udpLimitOf } from './wire/question.ts'
import type { Answered } from './wire/reply.ts'

export interface CheckOptions {
  /** The identities that may answer: `ns1.1790000000`. */
  readonly nsid: string | readonly string[]
  /** What every SOA must carry. */
  readonly serial: number
  /** Whether signatures that end soon are wrong: they are for who watches, not for who goes back to them. Default false. */
  readonly hasAges?: boolean
}

// The root causes first: a reader of a long list of faults starts at its top.
const order: readonly CheckId[] = ['soa', 'serial', 'nsid', 'no-ra', 'source', 'tcp']
const rankOf = ({ id }: Check): number => (order.includes(id) ? order.indexOf(id) : order.length)

/** What holds for every answer, whatever was asked. */
const commonFaults = (reply: Answered, question: Question, nsids: readonly string[]): string[] => {
  const isForeign = reply.nsid !== null && ednsOf(question) !== null && !nsids.includes(reply.nsid)
  const isTooLong = question.transport === 'udp' && reply.bytes > udpLimitOf(question)
  return [
    ...(isForeign ? [`answered by ${reply.nsid} instead of ${nsids.join(' or ')}`] : []),
    ...(reply.ra ? ['recursion available (RA=1)'] : []),
    ...(isTooLong ? [`${reply.bytes} octets over UDP, at most ${udpLimitOf(question)} were offered`] : []),
  ]
}

const judgeAll =
  ({ questions, judge }: Check, nsids: readonly string[]): Check['judge'] =>
  (replies, target) => [
    ...questions.flatMap((question, i) => {
      const reply = replies[i]
      return reply ? commonFaults(reply, question, nsids) : []
    }),
    ...judge(replies, target),
  ]

const withCommonFaults = (check: Check, nsids: readonly string[]): Check => withJudge(check, judgeAll(check, nsids))

interface Bulk {
  readonly zones: readonly Zone[]
  readonly serial: number
  readonly authorities: readonly Authority[]
  readonly data: readonly Check[]
  readonly absent: readonly Check[]
  readonly signed: readonly Check[]
}

let latest: Bulk | undefined

/** What does not depend on who answers, kept until other zones are checked: an operation asks every server of a generation the same. */
const bulkOf = (zones: readonly Zone[], serial: number): Bulk => {
  if (latest?.zones === zones && latest.serial === serial) return latest
  const authorities = zones.map((zone) => authorityOf(zone, zones))
  const follow = createFollower(authorities)
  const each = authorities.map((authority) => {
    const data = dataChecks(authority, { serial, follow })
    const absent = absentChecks(authority, serial)
    return { data, absent, signed: signedChecks(authority, [...data, ...absent], zones) }
  })
  const data = each.flatMap((one) => one.data)
  const absent = each.flatMap((one) => one.absent)
  const signed = each.flatMap((one) => one.signed)
  latest = { zones, serial, authorities, data, absent, signed }
  return latest
}

/**
 * Everything that a server with these zones must answer, and how, whichever way it is asked: directly, through an lb, on a
 * preview port. The same zones give the same checks. Parent zones are not among them.
 */
export const checksFor = (
  zones: readonly Zone[],
  { nsid, serial, hasAges = false }: CheckOptions,
): readonly Check[] => {
  const nsids = typeof nsid === 'string' ? [nsid] : nsid
  const { authorities, data, absent, signed } = bulkOf(zones, serial)
  const [first] = authorities
  if (!first) return []
  const checks = [
    ...data,
    ...pathChecks(first, nsids),
    ...absent,
    ...signed,
    ...(hasAges ? authorities.flatMap(ageChecks) : []),
    ...closedChecks(first, authorities),
    ...protocolChecks(first, authorities),
  ]
  return checks.sort((a, b) => rankOf(a) - rankOf(b)).map((check) => withCommonFaults(check, nsids))
}
