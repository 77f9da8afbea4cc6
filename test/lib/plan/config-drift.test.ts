import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { parseServerName } from '../../../lib/fleet/names.ts'
import { findConfigDrift, type OrderedServer } from '../../../lib/plan/config-drift.ts'

const drift = suite('lib/plan/config-drift')

const ordered = (name: string, changes: Partial<OrderedServer> = {}): OrderedServer => ({
  name,
  role: 'lb',
  pair: 1,
  phase: 'serving',
  ...parseServerName(name),
  location: name.includes('1') ? 'fsn1' : 'hel1',
  serverType: 'cpx22',
  image: 'debian-12',
  ...changes,
})

const servers = ['lb1', 'lb2', 'ns1', 'ns2'].map((name) => ordered(name))
const pairs = ['fsn1', 'hel1'].map((location) => ({ location, serverTypes: ['cpx22', 'cx23'] }))
const [first, second] = pairs
if (!first || !second) throw new Error('two pairs')

for (const [title, found, expected] of [
  ['nothing when all is as ordered now', findConfigDrift(servers, { pairs, image: 'debian-12' }), []],
  [
    'a fallback that was taken is no drift',
    findConfigDrift([ordered('ns1', { serverType: 'cx23' })], { pairs, image: 'debian-12' }),
    [],
  ],
  [
    'another location',
    findConfigDrift(servers, { pairs: [first, { ...second, location: 'nbg1' }], image: 'debian-12' }),
    ['lb2 and ns2 are in hel1, infra.config.ts has nbg1 for pair 2: rotate-lbs makes new lbs and nameservers'],
  ],
  [
    'another type',
    findConfigDrift(
      servers.filter(({ role }) => role === 'nameserver'),
      { pairs: [{ ...first, serverTypes: ['cx23', 'cx33'] }, second], image: 'debian-12' },
    ),
    ['ns1 is of type cpx22, infra.config.ts has cx23 or cx33 for pair 1: deploy-infra makes new nameservers'],
  ],
  [
    'another image',
    findConfigDrift(servers, { pairs, image: 'debian-13' }),
    [
      'lb1, lb2, ns1 and ns2 are made from debian-12, infra.config.ts has debian-13: rotate-lbs makes new lbs and nameservers',
    ],
  ],
  [
    'what does not serve, or is of no pair, is not compared',
    findConfigDrift([ordered('ns1-old', { location: 'nbg1' }), ordered('ns3', { location: 'nbg1' })], {
      pairs,
      image: 'debian-12',
    }),
    [],
  ],
] as const) {
  drift(title, () => assert.equal(found, expected))
}

drift.run()
