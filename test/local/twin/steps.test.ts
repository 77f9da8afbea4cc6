import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { describeStepEvent, runSteps, type StepEvent, type TwinStep } from '../../../local/twin/steps.ts'

const test = suite('local/twin/steps')

const step = (title: string, run: TwinStep['run'] = async (report) => report(`of ${title}`)): TwinStep => ({
  title,
  run,
})

const linesOf = async (steps: readonly TwinStep[], interrupt?: AbortSignal): Promise<string[]> => {
  const events: StepEvent[] = []
  await runSteps(steps, { say: (event) => void events.push(event), ...(interrupt && { interrupt }) }).catch(() => {})
  return events.map((event) => describeStepEvent(event).replace(/[\d.]+ s/, 'N s'))
}

test('runs steps in order and tells of each', async () => {
  assert.equal(await linesOf([step('One'), step('Two', async () => {})]), [
    'One …',
    '  of One',
    '  done in N s',
    'Two …',
    '  done in N s',
  ])
})

test('goes no further after a step that fails', async () => {
  const fails = step('One', () => Promise.reject(new Error('no')))
  assert.equal(await linesOf([fails, step('Two')]), ['One …'])
})

test('an interrupt is heard between two steps', async () => {
  const controller = new AbortController()
  const interrupts = step('One', async () => controller.abort())
  assert.equal(await linesOf([interrupts, step('Two')], controller.signal), ['One …', '  done in N s'])
})

test.run()
