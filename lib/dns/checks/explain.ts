import { digCommand, type EdnsRequest, type Question, usualEdns } from '../wire/question.ts'
import type { CheckId } from './check.ts'

interface Explanation {
  /** What has to hold, in a line. */
  readonly what: string
  /** What happens to those who ask when it does not. */
  readonly why: string
  /** What to type, with SERVER for an address and ZONE for a zone. */
  readonly dig: string
  readonly remark?: string
}

const dig = (question: Partial<Question> & Pick<Question, 'type'>): string =>
  digCommand({ address: 'SERVER', port: 53 }, { name: 'ZONE', transport: 'udp', ...question })

const withEdns = (more: Partial<EdnsRequest>): EdnsRequest => ({ ...usualEdns, ...more })

export const explanations: Readonly<Record<CheckId, Explanation>> = {
  soa: {
    what: 'the server answers for the zone with authority',
    why: 'Without it resolvers call the server lame and ask another one, or fail. A server that does not answer this is not asked the rest.',
    dig: dig({ type: 'SOA' }),
  },
  serial: {
    what: 'the zone is that of the generation which serves',
    why: 'The serial is the Unix time of the deployment. Another one means other records, even where those that were asked for agree.',
    dig: dig({ type: 'SOA' }),
  },
  nsid: {
    what: 'the nameserver that answers is the one that is meant',
    why: 'Data can be right by chance. The identity, nsPAIR.GENERATION, shows an lb that sends to another nameserver.',
    dig: dig({ type: 'SOA' }),
  },
  source: {
    what: 'the answer comes from the address and port that were asked',
    why: 'Resolvers drop any other answer as forged.',
    dig: dig({ type: 'SOA' }),
  },
  'no-ra': {
    what: 'no answer offers recursion',
    why: 'An open resolver is found within hours, and used to attack others with what it answers.',
    dig: dig({ type: 'SOA', rd: true }),
  },
  rrsets: {
    what: 'every RRset of the zone is answered, with its data and TTL',
    why: 'This is what the zone file says. One record that is missing or other on one server breaks a part of all visits.',
    dig: dig({ type: 'MX' }),
  },
  wildcard: {
    what: 'names that a wildcard covers are answered from it',
    why: 'Names of customers often exist by a wildcard alone.',
    dig: dig({ name: 'any-name.ZONE', type: 'A' }),
  },
  absent: {
    what: 'names and types that are not there are denied, for the right time',
    why: 'A false NXDOMAIN takes all names below it away (RFC 8020). The TTL says for how long resolvers believe it.',
    dig: dig({ name: 'absent.ZONE', type: 'A' }),
  },
  'below-cut': {
    what: 'names that are delegated away get a referral',
    why: 'Without nameservers and glue in it, the world below the delegation is not found.',
    dig: dig({ name: 'below.SUBZONE', type: 'A' }),
  },
  foreign: {
    what: 'a question for a zone that is not ours is refused',
    why: 'Anything more is of use for attacks on others, and makes resolvers try again for nothing.',
    dig: dig({ name: 'foreign.invalid', type: 'A', rd: true }),
  },
  'no-transfer': {
    what: 'nobody is handed the whole zone',
    why: 'Every name in it becomes known at once, the internal ones too.',
    dig: dig({ type: 'AXFR', transport: 'tcp' }),
  },
  tcp: {
    what: 'TCP works as resolvers use it: several questions at once, and an idle connection',
    why: 'After a truncated answer it is the only way. Where it fails, large answers fail and small ones do not, which is hard to find.',
    dig: dig({ type: 'SOA', transport: 'tcp' }),
  },
  case: {
    what: 'the question comes back spelled as it was asked',
    why: 'Resolvers mix the case of letters against forgery, and drop an answer that does not keep it.',
    dig: dig({ name: 'zOnE', type: 'SOA' }),
  },
  truncation: {
    what: 'what does not fit into a datagram is marked as truncated',
    why: 'Unmarked, a part is taken for the whole. A larger datagram is fragmented, and fragments are lost on many ways.',
    dig: dig({ type: 'TXT' }),
  },
  edns: {
    what: 'EDNS is answered, within the size that was offered',
    why: 'Without EDNS resolvers ask more slowly and get less into an answer.',
    dig: dig({ type: 'SOA' }),
  },
  'edns-version': {
    what: 'a version of EDNS that is not known yet is answered with BADVERS',
    why: 'Silence would make the next version of EDNS impossible for our names.',
    dig: dig({ type: 'SOA', edns: withEdns({ version: 1 }) }),
  },
  'edns-option': {
    what: 'an option of EDNS that is not known is passed over',
    why: 'Resolvers send new options to everybody. Who fails then, fails for their users.',
    dig: dig({ type: 'SOA', edns: withEdns({ options: [{ code: 100, data: Buffer.alloc(0) }] }) }),
  },
  'edns-flag': {
    what: 'a flag of EDNS that is not known is not repeated',
    why: 'Whoever gives that flag a meaning would believe that we know it.',
    dig: dig({ type: 'SOA', edns: withEdns({ flags: 0x40 }) }),
  },
  'unknown-type': {
    what: 'a type that is not known is denied like any other',
    why: 'New types (HTTPS was one) are asked for everywhere at once. An error or silence slows every visit down.',
    dig: dig({ type: 'TYPE65280' }),
  },
  opcode: {
    what: 'an operation that is not known is answered with NOTIMP',
    why: 'Silence looks like a dead server, and resolvers remember dead servers.',
    dig: dig({ type: 'SOA', opcode: 15 }),
  },
  version: {
    what: 'the server does not tell its version',
    why: 'It helps only those who look for holes in it.',
    dig: dig({ name: 'version.bind', type: 'TXT', class: 'CH', transport: 'tcp' }),
  },
  'direct-lb': {
    what: 'an lb passes on what its nameserver says when it is asked directly',
    why: 'It tells a fault of the nameserver from one on the way, whatever the zone file says.',
    dig: dig({ type: 'SOA' }),
    remark: 'once for the lb, once for the nameserver',
  },
  resolver: {
    what: 'a resolver finds every RRset, as the zone has it',
    why: 'This is what users see: the way from the root, caches and validation included. Asked for with --resolver only.',
    dig: dig({ type: 'SOA', rd: true }),
  },
  'parent-ns': {
    what: 'every server of the parent zone leads to the nameservers that the zone names',
    why: 'The parent decides who is asked. A server that it names too many is lame, one that it lacks is asked by few.',
    dig: dig({ type: 'NS' }),
    remark: 'SERVER: one of the parent zone; dig +trace ZONE NS shows them',
  },
  glue: {
    what: 'every server of the parent zone shows the right addresses of the nameservers',
    why: 'Wrong glue leads to an lb that is gone, for as long as its TTL.',
    dig: dig({ type: 'NS' }),
    remark: 'in the additional section, of a server of the parent zone',
  },
  ds: {
    what: 'the parent zone does not take an unsigned zone for signed',
    why: 'With a DS record that fits no key, validating resolvers answer SERVFAIL for every name in the zone.',
    dig: dig({ type: 'DS' }),
    remark: 'SERVER: one of the parent zone',
  },
  signed: {
    what: 'every answer of a signed zone is proven, and so is what is not there',
    why: 'A validating resolver takes what is not proven for forged: SERVFAIL for every user behind it, and most large resolvers validate.',
    dig: dig({ type: 'SOA', edns: withEdns({ flags: 0x8000 }) }),
    remark: 'of zones that are signed; delv shows what a resolver thinks of it',
  },
  dnskey: {
    what: 'the keys of a signed zone are those that it was signed with',
    why: 'All trust goes from the DS record at the parent through these keys.',
    dig: dig({ type: 'DNSKEY', edns: withEdns({ flags: 0x8000 }) }),
    remark: 'of zones that are signed',
  },
  'signature-age': {
    what: 'signatures have a third of their time left',
    why: 'From the second on in which they end, validating resolvers refuse all of the zone. Only a deployment makes new ones.',
    dig: dig({ type: 'SOA', edns: withEdns({ flags: 0x8000 }) }),
    remark: 'of zones that are signed',
  },
  'ns-target': {
    what: 'the names of nameservers, and the MNAME of the SOA, lead to addresses, not to aliases',
    why: 'Many resolvers do not follow an alias there, and so lose the nameserver.',
    dig: 'dig +trace NAMESERVER A',
  },
  spread: {
    what: 'the nameservers do not stand in one place',
    why: 'A failure of that place takes the zone off the net; and nobody can then even be told why.',
    dig: 'dig ZONE NS',
  },
}
