import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { countRecords } from '../../../lib/plan/records.ts'
import type { Danger, Plan, PlannedZone } from '../../../lib/plan/types.ts'
import type { RRsetChange, ZoneChange } from '../../../lib/plan/zone-change.ts'
import { changeAsMarkdown } from '../../../lib/report/change-markdown.ts'

const test = suite('lib/report/change-markdown')

const plan = (rest: Partial<Plan>): Plan => ({ operation: 'deploy', generation: 200, notes: [], phases: [], ...rest })
const zone = (name: string, kind: ZoneChange['kind'], rrsets: readonly RRsetChange[]): PlannedZone => ({
  zone: name,
  kind,
  had: 9,
  rrsets,
  covered: [],
  records: countRecords(rrsets),
})
const data = (ttl: number, ...rdata: readonly string[]) => ({ ttl, rdata })
const address = (name: string): RRsetChange => ({ name, type: 'A', after: data(60, '192.0.2.1') })
const danger = (name: string, isAgreed = false): Danger => ({
  zone: name,
  kind: 'goes',
  fact: 'goes: no file',
  effect: 'who asks gets REFUSED',
  isAgreed,
})
const markdown = (zones: readonly PlannedZone[], rest: Partial<Plan> = {}): string =>
  changeAsMarkdown(plan({ change: [{ from: 100, zones }], ...rest }), {})

test('dangers first, then a block a zone', () => {
  const old = zone('old.test', 'goes', [{ name: 'old.test.', type: 'A', before: data(60, '192.0.2.1') }])
  const changed = zone('a.test', 'changes', [
    { name: 'a.test.', type: 'MX', before: data(60, '10 a.'), after: data(0, '10 a.') },
    address('api.a.test.'),
    { name: 'www.a.test.', type: 'A', before: data(60, '192.0.2.1'), after: data(60, '192.0.2.2') },
  ])
  assert.is(
    markdown([old, changed], { dangers: [danger('old.test'), danger('told.test', true)] }),
    `## Changes for clients

**Has to be agreed to by name**, as with \`--accept-zone old.test\`:

\`\`\`text
old.test goes: no file; who asks gets REFUSED.
told.test goes: no file; who asks gets REFUSED.
\`\`\`

For clients of generation 100:

\`old.test  GOES, with 1 record\`

\`a.test  +1 −0 ~2 records\`

\`\`\`diff
- @ MX TTL 60
+ @ MX TTL 0
+ api 60 A 192.0.2.1
- www 60 A 192.0.2.1
+ www 60 A 192.0.2.2
\`\`\`
`,
  )
})

test('nothing, and what is not known', () => {
  assert.is(changeAsMarkdown(plan({}), {}), '## Changes for clients\n\nNone.\n')
  assert.match(markdown([]), /No record changes for clients of generation 100\.\n$/)
  assert.match(
    changeAsMarkdown(plan({ change: [{ unknown: 'ns1: ```\n# no' }] }), {}),
    /\*\*UNKNOWN what changes:\*\*\n\n````text\nns1: ```\n# no\.\n````\n$/,
  )
})

test('no data end the code that they stand in', () => {
  const ticks = zone('a``b.test', 'changes', [
    { name: '`.a``b.test.', type: 'TXT', after: data(60, '"```"', '"~~~ <img> @everyone"') },
  ])
  const text = markdown([ticks])
  assert.ok(text.includes('\n``` a``b.test  +2 −0 ~0 records ```\n'), text)
  assert.ok(text.includes('\n````diff\n+ ` 60 TXT "```"\n+ ` 60 TXT "~~~ <img> @everyone"\n````\n'), text)
})

test('it fits into the text of a pull request, whatever changes', () => {
  const long = `"${'x'.repeat(300)}`
  const key: RRsetChange = {
    name: 'key.a.test.',
    type: 'TXT',
    before: data(60, `${long}1"`),
    after: data(60, `${long}2"`),
  }
  const many = Array.from({ length: 1000 }, () => key)
  const text = markdown([zone('a.test', 'changes', many)])
  assert.ok(text.length < 65_536, `${text.length}`)
  assert.match(text, /\n- key 60 TXT …x{12}1"\n\+ key 60 TXT …x{12}2"\n/)
  assert.match(text, /\n… and 800 records more: --verbose shows all\n$/)
  const all = changeAsMarkdown(plan({ change: [{ from: 100, zones: [zone('a.test', 'changes', [key])] }] }), {
    verbose: true,
  })
  assert.ok(all.includes(`- key 60 TXT ${long}1"\n`))
})

test.run()
