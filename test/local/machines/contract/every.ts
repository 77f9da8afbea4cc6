import type { Test } from 'uvu'
import * as assert from 'uvu/assert'
import type { MachineSpec, Machines } from '../../../../local/machines/backend.ts'

/** What a backend is given to work with. */
export interface Subject {
  machines(): Machines
  /** A machine of this id that has not been made. */
  specOf(id: number): Promise<MachineSpec>
}

const failure = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'nothing failed',
    (reason: unknown) => String(reason),
  )

/** What every backend does, also one that has no machines: states, and verbs that may be asked twice. */
export const promiseStates = (test: Test, { machines, specOf }: Subject): void => {
  test('knows nothing of a machine that was not made, and stops and removes it all the same', async () => {
    assert.is(await machines().state(9), 'absent')
    await machines().stop(9)
    await machines().destroy(9)
    assert.match(await failure(machines().start(9)), /there is no machine 9/i)
    assert.equal(await machines().list(), [])
  })

  test('makes a machine once, however often it is asked, and takes it away the same way', async () => {
    const spec = await specOf(21)
    await machines().create(spec)
    await machines().create({ ...spec, name: 'another' })
    assert.is(await machines().state(21), 'off')
    assert.equal(await machines().list(), [21])
    await machines().shutdown(21)
    await machines().stop(21)
    assert.is(await machines().state(21), 'off')
    await machines().destroy(21)
    await machines().destroy(21)
    assert.is(await machines().state(21), 'absent')
    assert.equal(await machines().list(), [])
  })
}
