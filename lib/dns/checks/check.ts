import type { Target } from '../query.ts'
import { describeQuestion, type Question } from '../wire/question.ts'
import type { Answered } from '../wire/reply.ts'

export type CheckId =
  | 'soa'
  | 'serial'
  | 'nsid'
  | 'source'
  | 'no-ra'
  | 'rrsets'
  | 'wildcard'
  | 'absent'
  | 'below-cut'
  | 'foreign'
  | 'no-transfer'
  | 'tcp'
  | 'case'
  | 'truncation'
  | 'edns'
  | 'edns-version'
  | 'edns-option'
  | 'edns-flag'
  | 'unknown-type'
  | 'opcode'
  | 'version'
  | 'direct-lb'
  | 'resolver'
  | 'parent-ns'
  | 'glue'
  | 'ds'
  | 'signed'
  | 'dnskey'
  | 'signature-age'
  | 'ns-target'
  | 'spread'

/** One question to a server (or a few in one conversation) and what must come of it. Data and pure functions. */
export interface Check {
  readonly id: CheckId
  readonly transport: 'udp' | 'tcp'
  /** More than one: asked over one TCP connection, pipelined. */
  readonly questions: readonly [Question, ...Question[]]
  /** In words, for the finding; a large zone has tens of thousands of checks, and few are ever described. */
  readonly asked: () => string
  readonly expected: () => string
  readonly reference: string | undefined
  readonly hint: string
  /** What it means that no answer comes although the server does answer others. */
  readonly silence: 'failed' | 'unknown'
  /** The connection may carry other questions too; a check of the connection itself wants its own. */
  readonly ownSocket: boolean
  /** A server may end the connection instead of answering. */
  readonly mayClose: boolean
  /** The faults of the answers, as sentences; none when they are right. As many answers as questions. */
  readonly judge: (replies: readonly Answered[], target: Target) => readonly string[]
}

interface Text {
  readonly reference?: string
  readonly hint: string
  readonly silence: Check['silence']
}

const dataHint =
  'The server does not have the zone as compiled: look whether it loaded this generation (journalctl -u named).'
const optionsHint = 'Look at the options of named on the nameserver, and whether something else answers in its place.'

const parentHint =
  'Enter the host names of the pairs and their addresses at the registrar (bootstrap-infra --register does it), or wait until every parent server has the change.'

/** What a reader who does not know DNS by heart needs beside a fault. */
export const checkTexts: Readonly<Record<CheckId, Text>> = {
  soa: {
    reference: 'RFC 1034 §4.3.2, RFC 2181 §5.4.1',
    hint: 'Is named running, did it load the zone, and do firewall and lb let port 53 pass over this transport?',
    silence: 'failed',
  },
  serial: {
    reference: 'RFC 1034 §4.3.5',
    hint: 'It serves another generation of the zone: an older file, or the lb sends to another nameserver.',
    silence: 'unknown',
  },
  nsid: {
    reference: 'RFC 5001',
    hint: 'Another machine answers than the one meant: look at the upstream of the lb, or at server-id in named.conf.',
    silence: 'unknown',
  },
  source: {
    reference: 'RFC 2181 §4.1, §4.2',
    hint: 'Resolvers drop such answers. On an lb, look at the rewriting of ports in nftables; else at the routes of a second address.',
    silence: 'failed',
  },
  'no-ra': {
    reference: 'RFC 1035 §4.1.1, RFC 5358',
    hint: 'Recursion must be off (recursion no) on a server that the world can ask.',
    silence: 'unknown',
  },
  rrsets: { reference: 'RFC 2181 §5, §5.2', hint: dataHint, silence: 'unknown' },
  wildcard: { reference: 'RFC 1034 §4.3.3, RFC 4592', hint: dataHint, silence: 'unknown' },
  absent: { reference: 'RFC 2308 §3, RFC 8020', hint: dataHint, silence: 'unknown' },
  'below-cut': { reference: 'RFC 1034 §4.3.2, RFC 9471', hint: dataHint, silence: 'unknown' },
  foreign: {
    reference: 'RFC 5358',
    hint: 'It answers for names that are not ours: recursion is on, or a zone too many is configured.',
    silence: 'unknown',
  },
  'no-transfer': {
    reference: 'RFC 5936 §5, RFC 1995',
    hint: 'Set allow-transfer { none; }: the default hands the whole zone to anybody.',
    silence: 'unknown',
  },
  tcp: {
    reference: 'RFC 7766 §5, §6.2.1.1',
    hint: 'Resolvers come by TCP after a truncated answer. Look at the TCP listener of the lb and of named.',
    silence: 'failed',
  },
  case: {
    reference: 'RFC 4343',
    hint: 'Resolvers mix upper and lower case to make forging harder, and drop answers that do not keep it.',
    silence: 'failed',
  },
  truncation: {
    reference: 'RFC 2181 §9, RFC 1035 §4.2.1',
    hint: 'Look at max-udp-size and edns-udp-size (1232) in named.conf.',
    silence: 'failed',
  },
  edns: { reference: 'RFC 6891 §6.1.1, RFC 9715', hint: optionsHint, silence: 'failed' },
  'edns-version': { reference: 'RFC 6891 §6.1.3', hint: optionsHint, silence: 'failed' },
  'edns-option': { reference: 'RFC 6891 §6.1.2', hint: optionsHint, silence: 'failed' },
  'edns-flag': { reference: 'RFC 6891 §6.1.4', hint: optionsHint, silence: 'failed' },
  'unknown-type': { reference: 'RFC 3597, RFC 8906 §3.1.2', hint: optionsHint, silence: 'failed' },
  opcode: { reference: 'RFC 8906 §3.1.4', hint: optionsHint, silence: 'failed' },
  version: {
    hint: 'Set version "none" in named.conf: its version helps only those who look for holes in it.',
    silence: 'unknown',
  },
  'direct-lb': {
    hint: 'The lb passes on other answers than its nameserver gives: look at its upstream (dns-lb status), and at what else answers at that address.',
    silence: 'unknown',
  },
  resolver: {
    reference: 'RFC 1034 §5.3.3, RFC 2181 §5.2',
    hint: 'Its cache may hold what was true before a change, for as long as its TTL says. Later than that: look at the parents (parent-ns, glue, ds) and at what the lbs answer.',
    silence: 'unknown',
  },
  'parent-ns': { reference: 'RFC 1034 §4.2.2', hint: parentHint, silence: 'unknown' },
  glue: { reference: 'RFC 1034 §4.2.1, RFC 9471', hint: parentHint, silence: 'unknown' },
  ds: {
    reference: 'RFC 4035 §5',
    hint: 'Have the registrar remove the DS records that fit no key: validating resolvers take every answer of such a zone for forged.',
    silence: 'unknown',
  },
  signed: {
    reference: 'RFC 4035 §5, RFC 5155 §8',
    hint: 'Validating resolvers take such an answer for forged, and the name is gone for their users. It serves another generation, or a zone file that somebody has edited: deploy-infra makes new nameservers. See to the clock of this computer too.',
    silence: 'unknown',
  },
  dnskey: {
    reference: 'RFC 4035 §5',
    hint: 'The keys are not those that the zone was signed with: all that was signed is worth nothing. deploy-infra makes new nameservers; the DS record at the parent has to fit them.',
    silence: 'unknown',
  },
  'signature-age': {
    reference: 'RFC 6781 §4.4.2',
    hint: 'Deploy before they end: deploy-infra makes new signatures, and nothing else does.',
    silence: 'unknown',
  },
  'ns-target': {
    reference: 'RFC 2181 §10.3, RFC 1035 §3.3.13',
    hint: 'Resolvers have to find an address under this very name: look at its A and AAAA records, and at the zones above it.',
    silence: 'unknown',
  },
  spread: {
    reference: 'RFC 2182 §3.1',
    hint: 'Have a second pair in another location (pairs in infra.config.ts): one failure must not take all nameservers of a zone.',
    silence: 'unknown',
  },
}

export const checkIds = Object.keys(checkTexts) as readonly CheckId[]

export type CheckDraft = Pick<Check, 'id' | 'questions' | 'expected' | 'judge'> &
  Partial<Pick<Check, 'asked' | 'ownSocket' | 'mayClose'>>

// Here and below, functions are made by functions instead of being put into properties: tsx writes each one's name onto it, which takes
// several times the memory of the function, and a large zone has tens of thousands of them.
const describeFirst = (question: Question) => () => describeQuestion(question)

/** The same check, judged otherwise. Property by property: copies of whole objects take several times the memory and the time. */
export const withJudge = (check: Check, judge: Check['judge']): Check => {
  const { id, transport, questions, asked, expected, reference, hint, silence, ownSocket, mayClose } = check
  return { id, transport, questions, asked, expected, reference, hint, silence, ownSocket, mayClose, judge }
}

/** Checks of which some let be heard what they are answered, before they judge it. */
export const overhear = (
  checks: readonly Check[],
  isMeant: (check: Check) => boolean,
  hear: (check: Check, ...answered: Parameters<Check['judge']>) => void,
): readonly Check[] =>
  checks.map((check) => {
    if (!isMeant(check)) return check
    return withJudge(check, (...answered) => {
      hear(check, ...answered)
      return check.judge(...answered)
    })
  })

/** Adds the texts that every check of one kind shares. Unless said otherwise, what is asked is the first question. */
export const createCheck = (draft: CheckDraft): Check => {
  const { id, questions, expected, judge, ownSocket = false, mayClose = false } = draft
  const { reference, hint, silence } = checkTexts[id]
  const asked = draft.asked ?? describeFirst(questions[0])
  const { transport } = questions[0]
  return { id, transport, questions, asked, expected, reference, hint, silence, ownSocket, mayClose, judge }
}
