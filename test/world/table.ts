import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { WitnessReport } from '../../lib/dns/witness.ts'
import { describeStep } from '../../lib/plan/describe.ts'
import type { Plan, PlanPhase, Step } from '../../lib/plan/types.ts'
import type { FastRun } from './clone.ts'
import { failStep } from './failures.ts'
import type { RunEvent } from './gate.ts'
import type { Flags, OperationName } from './operations.ts'
import type { Saved } from './outside.ts'
import { generationsIn, hasMoved, type Led, readStanding, type Standing } from './standing.ts'
import { errorIn, saidIn, unknownOptionsIn } from './texts.ts'
import { createFastWorld, type FastWorld } from './world.ts'

/** One operation from one state of the world. */
export interface Scene {
  /** Of the table. */
  readonly title: string
  readonly name: OperationName
  readonly flags: Flags
  /** Brings the world to where every row begins. */
  readonly prepare: (fast: FastWorld) => Promise<void>
  /** Of the plan, which phases are gone through; default all. */
  readonly phases?: (phases: readonly PlanPhase[]) => readonly PlanPhase[]
  /** Run again once it is done, it would undo what it did: then it is not killed at its very end. */
  readonly isBackAndForth?: boolean
  /** What it leads elsewhere; undefined where nothing was led anywhere before. */
  readonly leads: Led | undefined
  /** Servers at the end. */
  readonly servers: readonly string[]
  /** What must be so at the end besides. */
  readonly isDone: (before: Standing, after: Standing) => boolean
}

/** Without what is as in a deployment, whose table has it: nothing is led anywhere by it, and it is slow to come to an end from there. */
export const withoutPreparation = (phases: readonly PlanPhase[]): readonly PlanPhase[] =>
  phases.filter(({ key }) => !['configure', 'check', 'stage'].includes(key))

interface Row {
  readonly title: string
  readonly step: Step
  readonly how: 'it fails' | 'killed when it begins' | 'killed when it is done'
}

interface Played {
  readonly first: FastRun
  /** Undefined when the first one had nothing to fail at. */
  readonly second: FastRun | undefined
  readonly before: Standing
  readonly between: Standing
  readonly after: Standing
  readonly lockBetween: boolean
}

const planOf = async (fast: FastWorld, { name, flags }: Scene): Promise<Plan> => {
  const { stdout, stderr } = await fast.run(name, { flags: { ...flags, dryRun: true, json: true } })
  const line = stdout.split('\n').find((one) => one.includes('"event":"plan"'))
  if (line === undefined) throw new Error(`no plan:\n${stderr}`)
  return JSON.parse(line) as Plan
}

/** Of phases that do the same, the first and the last: it is once a part has moved that it matters most. */
const firstAndLast = (phases: readonly PlanPhase[]): readonly PlanPhase[] =>
  phases.filter((phase, index) => {
    const alike = phases.flatMap(({ key }, at) => (key === phase.key ? [at] : []))
    return index === alike[0] || index === alike.at(-1)
  })

/**
 * The first step of every kind in a phase: that it fails, and that the process is killed when it begins, which is when the one before is done.
 * A phase is killed in its middle where it moves traffic. Of the last step also that the process is killed when it is done.
 */
const rowsOf = (phases: readonly PlanPhase[], { isBackAndForth = false }: Scene): readonly Row[] => {
  const rows = firstAndLast(phases).flatMap((phase) => {
    const steps = phase.tracks.flat()
    const firsts = steps.filter((step, index) => steps.findIndex(({ kind }) => kind === step.kind) === index)
    const isFirst = phases.find(({ key }) => key === phase.key) === phase
    const killed = firsts.filter((_, index) => isFirst && (index === 0 || phase.key === 'switch'))
    return [
      ...firsts.map((step) => rowOf(phase.title, step, 'it fails')),
      ...killed.map((step) => rowOf(phase.title, step, 'killed when it begins')),
    ]
  })
  const last = phases.at(-1)
  const step = last?.tracks.at(-1)?.at(-1)
  return [...rows, ...(last && step && !isBackAndForth ? [rowOf(last.title, step, 'killed when it is done')] : [])]
}

/** Without the generation, which is another one each time. */
const withoutNumber = (text: string): string => text.replace(/generation \d+/, 'generation')

const rowOf = (phase: string, step: Step, how: Row['how']): Row => ({
  title: `${phase}: ${withoutNumber(describeStep(step))}: ${how}`,
  step,
  how,
})

const isAbout = (event: RunEvent, step: Step, state: string): boolean =>
  event.event === 'step' &&
  event.state === state &&
  withoutNumber(String(event.step)) === withoutNumber(describeStep(step))

const lockLifeMs = 120_000

/** The operation in one clone, which fails or is killed; then nothing goes wrong any more, and it is run in the other one. */
const play = async (fast: FastWorld, { name, flags }: Scene, { step, how }: Row): Promise<Played> => {
  const before = await readStanding(fast)
  const state = how === 'killed when it is done' ? 'done' : 'started'
  const watch =
    how === 'it fails'
      ? { onEvent: (event: RunEvent) => void (isAbout(event, step, 'started') && failStep(fast, step)) }
      : { killAfter: (event: RunEvent) => isAbout(event, step, state) }
  const first = await fast.clones[0].run(name, { flags, ...watch })
  const between = await readStanding(fast)
  const lockBetween = (await fast.lock()) !== undefined
  await fast.mend()
  fast.clock.pass(lockLifeMs)
  const second = first.exitCode === 0 ? undefined : await fast.clones[1].run(name, { flags })
  return { first, second, before, between, after: await readStanding(fast), lockBetween }
}

const incidentsIn = ({ events }: FastRun): readonly unknown[] =>
  events.flatMap((event) => {
    if (event.event !== 'witness') return []
    const { report } = event as { readonly report?: WitnessReport }
    return (report?.targets ?? []).flatMap(({ name, losses, wrongs }) =>
      [...losses, ...wrongs].map((one) => ({ name, ...one })),
    )
  })

/** Whatever an error says of itself holds while traffic is with the old; 5 says that some of it is not. */
const requireHonest = ({ name, leads }: Scene, { first, before, between, lockBetween }: Played): void => {
  const { exitCode = 0, stderr } = first
  const error = errorIn(stderr)
  assert.ok([1, 2, 4, 5, 8].includes(exitCode), `exit code ${exitCode}\n${stderr}`)
  assert.not(lockBetween, 'the lock is left')
  assert.equal(unknownOptionsIn(error, name), [], error)
  assert.ok(saidIn(error), `where is traffic?\n${error}`)
  if (leads === undefined) return
  const isMoved = hasMoved(before, between, leads)
  const seen = `${JSON.stringify(before)}\n${JSON.stringify(between)}\n${error}`
  assert.is(exitCode === 5, isMoved, `exit code ${exitCode}, traffic ${isMoved ? 'has' : 'has not'} moved\n${seen}`)
  assert.is.not(saidIn(error), isMoved ? 'old' : 'new', seen)
}

const requireDone = async (fast: FastWorld, scene: Scene, { second, before, after }: Played): Promise<void> => {
  if (second) {
    assert.is(second.exitCode, 0, second.stderr)
    assert.equal(incidentsIn(second), [])
  }
  assert.is(generationsIn(after).length, 1, JSON.stringify(after))
  assert.ok(scene.isDone(before, after), `${JSON.stringify(before)}\n${JSON.stringify(after)}`)
  assert.is(await fast.lock(), undefined, 'the lock is left')
  const servers = await fast.servers()
  assert.equal(servers.map(({ name }) => name).sort(), scene.servers)
  const marks = servers.flatMap(({ labels }) => Object.keys(labels))
  for (const mark of ['first-contact', 'host-key-next', 'drain-since']) assert.not(marks.includes(mark), mark)
  for (const name of Object.keys(after.answers)) {
    const { blue, green } = fast.machine(name).lb?.colours ?? {}
    assert.not(blue?.running && green?.running, `both colours of ${name} run`)
  }
}

interface Judged {
  readonly scene: Scene
  readonly row: Row
  readonly played: Played
}

const judge = async (fast: FastWorld, { scene, row: { how }, played }: Judged): Promise<void> => {
  const { first } = played
  assert.equal(incidentsIn(first), [])
  if (how !== 'it fails') {
    assert.is(first.exitCode, undefined, 'it was not killed')
    assert.ok(played.lockBetween, 'who was killed holds the lock')
  } else if (first.exitCode !== 0) requireHonest(scene, played)
  await requireDone(fast, scene, played)
}

/** Makes a suite of a scene: one test a row. */
export const testTable = async (scene: Scene): Promise<void> => {
  const test = suite(`world/tables ${scene.title}`)
  const fast = await createFastWorld({ pairs: 2 })
  await scene.prepare(fast)
  const from: Saved = await fast.save()
  const { phases } = await planOf(fast, scene)
  const rows = rowsOf(scene.phases?.(phases) ?? phases, scene)
  process.stdout.write(`${rows.length} rows of ${scene.title}\n`)
  for (const row of rows) {
    test(row.title, async () => {
      await fast.load(from)
      await judge(fast, { scene, row, played: await play(fast, scene, row) })
    })
  }
  test.after(() => fast.close())
  test.run()
}
