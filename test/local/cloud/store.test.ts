import { mkdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { emptyState, type State } from '../../../local/cloud/state.ts'
import { createStore, type Store } from '../../../local/cloud/store.ts'
import { makeDirectory } from './process.ts'

const test = suite<{ directory: string; file: string; remove: () => void }>('local/cloud/store')

test.before.each((context) => {
  const { directory, remove } = makeDirectory()
  Object.assign(context, { directory, file: path.join(directory, 'cloud.json'), remove })
})
test.after.each(({ remove }) => remove())

const put = ({ state, touch }: Store, id: number, name = `pg-${id}`): void => {
  state.placement_groups[id] = { id, name, labels: {}, created: '2026-11-28T00:00:00Z', type: 'spread' }
  touch('placement_groups', id)
}

const fill = (store: Store, count: number): void => {
  for (let id = 1; id <= count; id += 1) put(store, id)
  store.save()
}

test('what was changed, has come or has gone is found again, with both counters', ({ file }) => {
  const store = createStore(file)
  fill(store, 3)
  const ids = [store.nextId(), store.nextActionId()]
  put(store, 2, 'renamed')
  delete store.state.placement_groups[3]
  store.touch('placement_groups', 3)
  store.save()
  const again = createStore(file)
  assert.equal(again.state, store.state)
  assert.equal([again.nextId(), again.nextActionId()], [(ids[0] ?? 0) + 1, (ids[1] ?? 0) + 1])
})

test('cut anywhere, the file says what was so at the last save that is whole', ({ file }) => {
  const store = createStore(file)
  fill(store, 2)
  const states: State[] = [structuredClone(store.state)]
  const ends = [statSync(file).size]
  for (const change of [
    () => put(store, 3),
    () => put(store, 1, 'renamed'),
    () => {
      put(store, 4)
      delete store.state.placement_groups[2]
      store.touch('placement_groups', 2)
    },
  ]) {
    change()
    store.save()
    states.push(structuredClone(store.state))
    ends.push(statSync(file).size)
  }
  const whole = readFileSync(file)
  for (let length = ends[0] ?? 0; length <= whole.length; length += 1) {
    writeFileSync(file, whole.subarray(0, length))
    const lastWhole = ends.filter((end) => end <= length).length - 1
    assert.ok(isDeepStrictEqual(createStore(file).state, states[lastWhole]), `cut at ${length}`)
  }
})

test('after a file that was cut, nothing is appended to what is torn', ({ file }) => {
  const store = createStore(file)
  fill(store, 2)
  put(store, 3)
  store.save()
  truncateSync(file, statSync(file).size - 5)
  const second = createStore(file)
  put(second, 4)
  second.save()
  assert.equal(Object.keys(createStore(file).state.placement_groups), ['1', '2', '4'])
})

test('a save costs what has changed, whatever there is besides', ({ file }) => {
  const bytesOfChange = (count: number): number => {
    rmSync(file, { force: true })
    const store = createStore(file)
    fill(store, count)
    const before = statSync(file).size
    put(store, 1, 'renamed')
    store.save()
    return statSync(file).size - before
  }
  assert.is(bytesOfChange(1000), bytesOfChange(10))
})

test('the file does not grow for ever', ({ file }) => {
  const store = createStore(file)
  fill(store, 10)
  for (let turn = 0; turn < 30_000; turn += 1) {
    put(store, 1, `turn-${turn}`)
    store.save()
  }
  assert.ok(statSync(file).size < 1_100_000, `${statSync(file).size} bytes`)
  assert.equal(createStore(file).state, store.state)
})

test('what could not be written is written with the next save', ({ directory, file }) => {
  const store = createStore(file)
  fill(store, 2)
  rmSync(directory, { recursive: true })
  put(store, 3)
  assert.throws(() => store.save(), /ENOENT/)
  mkdirSync(directory)
  put(store, 4)
  store.save()
  assert.equal(createStore(file).state, store.state)
})

test('reads the file of an earlier version, which was one object', ({ file }) => {
  const state = emptyState()
  writeFileSync(file, JSON.stringify({ ...state, nextId: 7 }))
  const store = createStore(file)
  assert.is(store.nextId(), 8)
  fill(store, 2)
  assert.equal(createStore(file).state, store.state)
})

test('without a file it remembers all the same', () => {
  const store = createStore()
  fill(store, 2)
  assert.equal(Object.keys(store.state.placement_groups), ['1', '2'])
})

test.run()
