import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { Clock } from '../../../lib/clock.ts'
import { InfraError } from '../../../lib/errors.ts'
import type { Step } from '../../../lib/plan/types.ts'
import { createWaitDisplay, type WaitOptions, type WaitState, waitOut } from '../../../lib/tasks/wait.ts'
import { recordOutput } from '../../world/output.ts'
import { createFakeWorld } from './fake-world.ts'

const waits = suite('lib/tasks/wait')

const { world, close } = await createFakeWorld()
waits.after(close)

const step: Step = { kind: 'await-idle', lbs: ['lb1-old'] }

/** A clock that jumps over every sleep. */
const jumping = (): Clock => {
  let at = 0
  return {
    now: () => at,
    sleep: async (ms, signal) => {
      signal?.throwIfAborted()
      at += ms
    },
  }
}

const wait = async (
  states: readonly WaitState[],
  options: Partial<WaitOptions> = {},
): Promise<{ readonly shown: readonly string[]; readonly asked: number; readonly error: unknown }> => {
  const shown: string[] = []
  let asked = 0
  let next = 0
  const look = async (): Promise<WaitState> => states[Math.min(next++, states.length - 1)] as WaitState
  const show = { update: ({ seen }: WaitState) => void shown.push(seen), end: () => undefined }
  const stay = options.stay ?? (async () => true)
  const error = await waitOut({ ...world, clock: jumping() }, step, look, {
    everyMs: 1000,
    isImpatient: false,
    show,
    ...options,
    stay: (state) => {
      asked += 1
      return stay(state)
    },
  }).then(
    () => undefined,
    (reason: unknown) => reason,
  )
  return { shown, asked, error }
}

const over: WaitState = { isOver: true, seen: 'idle' }

waits('what is over is not waited for', async () => {
  assert.equal(await wait([over]), { shown: ['idle'], asked: 0, error: undefined })
})

waits('a short wait is sat out without a question', async () => {
  const { shown, asked, error } = await wait([{ isOver: false, seen: 'asked', remainingMs: 5000 }, over])
  assert.equal([shown, asked, error], [['asked', 'idle'], 0, undefined])
})

waits('a long wait is asked about once', async () => {
  const long = { isOver: false, seen: 'asked', remainingMs: 172_800_000 }
  const { asked, error } = await wait([long, long, long, over])
  assert.equal([asked, error], [1, undefined])
})

waits('a wait that nobody can tell the end of becomes a long one after a minute', async () => {
  const open = { isOver: false, seen: 'asked' }
  const { asked } = await wait([...Array.from({ length: 90 }, () => open), over])
  assert.is(asked, 1)
})

waits('who does not stay ends with exit code 7, what is waited for, and how to go on', async () => {
  const long = { isOver: false, seen: 'lb1-old ▁▂▁ 3.0 a minute', remainingMs: 172_800_000 }
  const { error } = await wait([long], { stay: async () => false })
  assert.instance(error, InfraError)
  assert.is((error as InfraError).exitCode, 7)
  assert.match((error as InfraError).message, /lb1-old are hardly asked|lb1-old is hardly asked/)
  assert.match((error as InfraError).message, /3\.0 a minute/)
  assert.match((error as InfraError).hint ?? '', /Run the same command again later, from any computer/)
})

waits('the impatient leave whatever is not over', async () => {
  const { asked, error } = await wait([{ isOver: false, seen: 'asked', remainingMs: 1 }], {
    isImpatient: true,
    stay: async () => false,
  })
  assert.equal([asked, (error as InfraError).exitCode], [1, 7])
})

waits('a line is told once when somebody stays without being asked, and again once it is over', async () => {
  const long = { isOver: false, seen: 'asked', details: ['Enter this.'], remainingMs: 172_800_000 }
  const states = [long, long, { isOver: true, seen: 'idle' }]
  const stepped = { ...world, clock: jumping() }
  const { stderr } = await recordOutput(() =>
    waitOut(stepped, step, async () => states.shift() ?? over, {
      everyMs: 1000,
      isImpatient: false,
      show: createWaitDisplay(stepped, { isSilent: false }),
      stay: async () => true,
    }),
  )
  assert.is(stderr, '  … asked\nEnter this.\n  ✔ idle\n')
})

waits.run()
