import type { Test } from 'uvu'
import * as assert from 'uvu/assert'
import type { Hcloud } from '../../../lib/hcloud/client.ts'
import { action, done } from './objects.ts'
import { clientFor, type Exchange, json, startScriptedServer } from './scripted-server.ts'

interface Case {
  readonly script: readonly Exchange[]
  readonly use: (hcloud: Hcloud) => Promise<unknown>
  readonly result?: unknown
  /** What the first request carried. */
  readonly body?: unknown
}

export const started = json(201, { action: action(1) })
export const several = json(201, { actions: [action(1)] })
export const ended = (id: number): Exchange => [
  `GET /actions?id=${id}&sort=status&sort=id`,
  json(200, { actions: [done(id)] }),
]

/** One test a case: what the method sends, and what it makes of the answers. */
export const addCases = async (test: Test, cases: Readonly<Record<string, Case>>): Promise<void> => {
  const scripted = await startScriptedServer()
  test.after(() => scripted.close())
  for (const [title, { script, use, result, body }] of Object.entries(cases)) {
    test(title, async () => {
      scripted.script(...script)
      assert.equal(await use(clientFor(scripted.endpoint).hcloud), result)
      assert.equal(scripted.rest(), [])
      if (body) assert.equal(scripted.received()[0]?.body, body)
    })
  }
}
