import { setTimeout as delay } from 'node:timers/promises'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { createDelivery } from '../../../lib/tell/deliver.ts'
import type { Teller } from '../../../lib/tell/teller.ts'
import { incidentAt, lookAt } from './incident.ts'

const test = suite('lib/tell/deliver')

const createTold = (part: Partial<Teller> = {}): Teller & { readonly told: readonly string[] } => {
  const told: string[] = []
  const note =
    (kind: string) =>
    async ({ key }: { readonly key: string }, { at }: { readonly at: number }) => {
      told.push(`${kind} ${key.split(' ')[0]} ${at}`)
    }
  return {
    name: 'test',
    timeoutMs: 1000,
    opened: note('opened'),
    changed: note('changed'),
    closed: note('closed'),
    looked: async ({ at }) => void told.push(`looked ${at}`),
    ...part,
    told,
  }
}

const incident = incidentAt(1)

test('incidents come before the look that found them, in their order', async () => {
  const teller = createTold()
  const deliver = createDelivery([teller], assert.unreachable)
  await deliver(
    [
      { kind: 'opened', incident },
      { kind: 'closed', incident: incidentAt(1, 'lb2') },
    ],
    lookAt(3),
  )
  assert.equal(teller.told, ['opened lb1 3000', 'closed lb2 3000', 'looked 3000'])
})

test('what one could not be told waits for the next look, and the others know nothing of it', async () => {
  let isBroken = true
  const fine = createTold()
  const broken = createTold()
  const { opened } = broken
  const teller: Teller = {
    ...broken,
    opened: async (...words) => {
      if (isBroken) throw new Error('out of order')
      await opened(...words)
    },
  }
  const deliver = createDelivery([teller, fine], () => undefined)
  assert.is(await deliver([{ kind: 'opened', incident }], lookAt(3)), false)
  isBroken = false
  assert.is(await deliver([{ kind: 'closed', incident }], lookAt(4)), true)
  assert.equal(fine.told, ['opened lb1 3000', 'looked 3000', 'closed lb1 4000', 'looked 4000'])
  assert.equal(broken.told, ['opened lb1 3000', 'closed lb1 4000', 'looked 4000'])
})

test('one that fails says so once, says when it works again, and says so anew when it fails again', async () => {
  const said: string[] = []
  const faults = ['out of order', 'still', undefined, undefined, 'anew']
  const teller = createTold({
    looked: async () => {
      const fault = faults.shift()
      if (fault !== undefined) throw new Error(fault)
    },
  })
  const deliver = createDelivery([teller], (text) => said.push(text))
  for (const seconds of [1, 2, 3, 4, 5]) await deliver([], lookAt(seconds))
  assert.equal(said, [
    '--test: out of order. It is tried again after each look.',
    '--test: works again.',
    '--test: anew. It is tried again after each look.',
  ])
})

test('one that hangs is waited for no longer than its time, whatever it does with its signal', async () => {
  const said: string[] = []
  const fine = createTold()
  const hanging: Teller = { ...createTold(), timeoutMs: 50, opened: () => delay(5000, undefined, { ref: false }) }
  const deliver = createDelivery([hanging, fine], (text) => said.push(text))
  const startedAt = performance.now()
  await deliver([{ kind: 'opened', incident }], lookAt(3))
  assert.ok(performance.now() - startedAt < 2000)
  assert.match(said[0] ?? '', /^--test: not done within 0\.05 s/)
  assert.is(fine.told.length, 2)
})

test.run()
