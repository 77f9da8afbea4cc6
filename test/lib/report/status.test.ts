import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import {
  describeStatus,
  exitCodeOf,
  type Status,
  type StatusDelegation,
  type StatusLb,
} from '../../../lib/report/status.ts'

const test = suite('lib/report/status')

const ours: StatusDelegation = {
  zone: 'example.test.',
  state: 'delegated',
  nameservers: ['ns1.example.test.', 'ns2.example.test.'],
  ds: 'none',
  silent: [],
}
const unheard: StatusDelegation = {
  zone: 'example2.test.',
  state: 'unknown',
  nameservers: [],
  ds: 'unknown',
  silent: ['a.nic.test (192.0.2.1): no answer', 'b.nic.test (192.0.2.2): no answer'],
}

const server = {
  name: 'lb1',
  id: 1,
  state: 'running',
  generation: 100,
  serverType: 'cpx22',
  location: 'fsn1',
  ipv4: '192.0.2.10',
  ipv6: undefined,
  privateIpv4: undefined,
}

const status = (
  delegations: readonly StatusDelegation[],
  drift: readonly string[] = [],
  unknown: readonly string[] = [],
): Status => ({
  operation: undefined,
  servers: [server],
  lbs: [],
  addresses: [],
  answers: [],
  delegations,
  drift,
  unknown,
  signatures: undefined,
})

test('until when signatures hold is told where there are any', () => {
  const sentence =
    'Signatures end at 02:57:22 UTC, 2027-01-27. Deploy again by 02:57:22 UTC, 2027-01-07: nothing else makes new ones.'
  const text = describeStatus({ ...status([ours]), signatures: sentence }, Number.POSITIVE_INFINITY)
  assert.match(text, new RegExp(`\n\n${sentence}\n\nNo drift`))
})

test('how zones are delegated is shown, and what is not known as such', () => {
  const absent: StatusDelegation = { ...ours, zone: 'new.test.', state: 'absent', nameservers: [] }
  const text = describeStatus(
    status([ours, unheard, absent, { ...ours, zone: 'signed.test.', ds: 'records' }]),
    Number.POSITIVE_INFINITY,
  )
  assert.ok(
    text.includes(`How the zones are delegated:
  zone            delegated to                         DS       not heard
  example.test.   ns1.example.test. ns2.example.test.  none     -
  example2.test.  unknown                              unknown  a.nic.test (192.0.2.1): no answer; and 1 more
  new.test.       not delegated                        none     -
  signed.test.    ns1.example.test. ns2.example.test.  present  -

No drift.`),
    text,
  )
})

for (const [title, code, shown] of [
  ['all known, no drift', 0, status([ours])],
  ['a delegation unknown', 8, status([ours, unheard])],
  ['only DS unknown', 8, status([{ ...ours, ds: 'unknown' }])],
  ['something else unknown', 8, status([ours], [], ['Whether the zone files differ is not known'])],
  ['drift, whatever is unknown besides', 3, status([unheard], ['ns1 is missing'])],
] as const) {
  test(`${title}: exit code ${code}`, () => assert.is(exitCodeOf(shown), code))
}

const lb: StatusLb = {
  name: 'lb1-next',
  target: 'ns1',
  fault: undefined,
  drainsUntil: 1_795_000_000,
  status: undefined,
}

const wide: Status = {
  ...status([
    { ...ours, nameservers: ['ns1', 'ns2', 'ns3'].map((name) => `${name}.nameservers.example.test.`) },
    unheard,
  ]),
  servers: [
    {
      ...server,
      name: 'lb1-next',
      generation: 1_795_000_000,
      ipv4: '198.51.100.100',
      ipv6: '2001:db8:c012:8a1b::1',
      privateIpv4: '10.0.0.100',
    },
  ],
  lbs: [
    {
      ...lb,
      fault:
        'lb1-next (198.51.100.100): no SSH connection: ssh: connect to host 198.51.100.100 port 22: Connection timed out',
    },
  ],
  answers: [
    {
      lb: 'lb1-next',
      address: '2001:db8:c012:8a1b::1',
      transport: 'udp',
      zone: 'a-rather-long-name.example.test.',
      fault: undefined,
      serial: 1_795_000_000,
      nsid: 'ns1.1795000000',
    },
  ],
}

for (const width of [60, 80, 120]) {
  test(`every table is read on ${width} columns, and lacks nothing`, () => {
    const text = describeStatus(wide, width)
    assert.equal(
      text.split('\n').filter((line) => line.length > width),
      [],
      text,
    )
    const wordsOf = (shown: string): readonly string[] => shown.split(/\s+/).sort()
    assert.equal(wordsOf(text), wordsOf(describeStatus(wide, Number.POSITIVE_INFINITY)))
  })
}

test.run()
