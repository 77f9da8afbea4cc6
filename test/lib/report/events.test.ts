import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { systemClock } from '../../../lib/clock.ts'
import { InfraError } from '../../../lib/errors.ts'
import { createEvents } from '../../../lib/report/events.ts'
import { GateError, requireRight } from '../../../lib/tasks/gate.ts'
import { recordStep } from '../../../lib/tasks/record.ts'
import { createFakeWorld } from '../tasks/fake-world.ts'

const test = suite('lib/report/events')

const directory = mkdtempSync(path.join(tmpdir(), 'events-'))
test.after(() => rmSync(directory, { recursive: true }))

const linesIn = (folder: string): readonly { readonly [field: string]: unknown }[] =>
  readFileSync(path.join(folder, 'events.ndjson'), 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line))

test('a run that failed has an end, with how', () => {
  const folder = path.join(directory, 'failed')
  const events = createEvents(folder, { json: false, now: systemClock.now })
  events.fail(new InfraError('ns1 is gone', { hint: 'Make it anew.', exitCode: 4 }))
  events.fail(new TypeError('no'))
  assert.equal(
    linesIn(folder).map(({ time: _, ...event }) => event),
    [
      { event: 'end', ok: false, exitCode: 4, error: { message: 'ns1 is gone', hint: 'Make it anew.' } },
      { event: 'end', ok: false, exitCode: 1, error: { message: 'TypeError: no' } },
    ],
  )
})

test('of many findings the message has the first, and says where all are', async () => {
  const fake = await createFakeWorld()
  const found = Array.from({ length: 10 }, (_, index) => `finding ${index}`)
  const verdict = { failed: 'Wrong', failedHint: 'Mend it.', unknown: 'Not known', unknownHint: 'Ask again.' }
  const thrown = [
    () => Promise.reject(new GateError('Wrong:', found, 'Mend it.')),
    async () => requireRight([{ failed: [], unknown: found }], verdict),
  ]
  try {
    for (const work of thrown) {
      const error = await recordStep(fake.world, { kind: 'ensure-network' }, work).catch((reason: unknown) => reason)
      assert.match(String(error), /finding 7\n.*… and 2 more: events\.ndjson of this run has them all/)
    }
    const failed = linesIn(fake.world.events.directory).filter(({ state }) => state === 'failed')
    assert.equal(
      failed.map(({ findings }) => findings),
      [found, found],
    )
  } finally {
    await fake.close()
  }
})

test.run()
