import path from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { type ExitCode, InfraError, ifRefused } from '../errors.ts'
import { withCheckout } from '../git.ts'
import { clearStaleLock, type LockOptions, waitForOthers, withLock } from '../lock.ts'
import { describePlan } from '../plan/describe.ts'
import type { Estimate } from '../plan/estimate.ts'
import type { PlanInput, Situation } from '../plan/input.ts'
import { makesNameservers, stepsOf } from '../plan/phases.ts'
import type { Answers } from '../plan/questions.ts'
import { isRefusal, type Refusal } from '../plan/refusal.ts'
import type { Plan } from '../plan/types.ts'
import { confirm } from '../prompts.ts'
import { changeAsMarkdown } from '../report/change-markdown.ts'
import { createEvents } from '../report/events.ts'
import { fold } from '../report/fold.ts'
import { widthOf } from '../terminal.ts'
import { agree, agreeToDelete, verifyAccepted } from './agree.ts'
import { applyPlan } from './apply.ts'
import { hashSources, zoneNames } from './artefact.ts'
import { createDueLook } from './due.ts'
import { estimateRun } from './estimate.ts'
import { lookForImages } from './images.ts'
import { lookForLockout } from './lockout.ts'
import { observe } from './observe.ts'
import { withWorld } from './open-world.ts'
import type { CommonOptions, Course, Operation } from './operation.ts'
import { preflight, preflightZones, readOrders } from './preflight.ts'
import { StoppedError } from './recover.ts'
import { displayFor } from './renderer.ts'
import { afterwardsError, reportRun } from './report-run.ts'
import { openRecord } from './run-files.ts'
import { withWitness } from './run-witness.ts'
import { verifyTrusted } from './trust.ts'
import { waitForWorld } from './waits.ts'
import type { RunWorld, World } from './world.ts'

/** An operation as it is asked for, and the way that was chosen for it. */
interface Errand<Options extends CommonOptions> {
  readonly operation: Operation<Options>
  readonly course: Course<Options>
  readonly options: Options
  readonly interrupt: AbortSignal
}

const say = (text: string): void => void process.stderr.write(`${text}\n`)

/** Opens the world that options and environment name, and runs an operation in it. */
export const operate = <Options extends CommonOptions>(
  operation: Operation<Options>,
  options: Options,
  interrupt: AbortSignal,
): Promise<ExitCode> =>
  withWorld({ ...defined(options), say }, (world) => runOperation(world, operation, options, interrupt))

/**
 * The one loop of every operation: observe, plan, show and confirm, apply, report. Nothing is judged while another operation is at
 * work. What was shown is what is applied: once the lock is held the world is observed again, and a plan that came out otherwise is
 * refused.
 */
export const runOperation = async <Options extends CommonOptions>(
  world: World,
  operation: Operation<Options>,
  options: Options,
  interrupt: AbortSignal,
): Promise<ExitCode> => {
  try {
    await waitForOthers(lockOf(world, operation, options, interrupt))
    const course = await chooseCourse(world, operation, options)
    return await withSources(world, course, (sources) => follow(sources, { operation, course, options, interrupt }))
  } catch (error) {
    throw isUnbegun(error, interrupt) ? unbegunError(error) : error
  }
}

const chooseCourse = async <Options extends CommonOptions>(
  world: World,
  operation: Operation<Options>,
  options: Options,
): Promise<Course<Options>> => {
  const look = { situation: situationOf(world), observe: () => observe(world) }
  return accepted(await operation.instead?.(options, look)) ?? operation
}

const lockOf = (
  { hcloud, clock, settings }: World,
  { name }: { readonly name: string },
  { lockWait }: CommonOptions,
  signal: AbortSignal,
): LockOptions => ({
  hcloud,
  clock,
  project: settings.config.project,
  operation: name,
  waitMs: lockWait * 1000,
  signal,
  say,
})

const follow = async <Options extends CommonOptions>(world: World, errand: Errand<Options>): Promise<ExitCode> => {
  const { operation, course, options, interrupt } = errand
  await preflight(world)
  const input = await inputOf(world)
  const look = course.observe ?? observe
  const lookForDue = createDueLook(world, say)
  const makePlan = async (): Promise<Plan> =>
    lookForImages(
      world,
      await lookForLockout(world, await lookForDue(accepted(course.plan(await look(world), input, options)))),
      input.now,
    )
  const plan = await makePlan()
  const answers = answersOf(errand)
  verifyAccepted(plan, input.zoneNames, answers)
  // what serves is known from itself: files that do not compile stop nothing but what is made from them
  const remarks = makesNameservers(plan) ? await preflightZones(world) : []
  const signing = await verifyTrusted(world, plan)
  const orders = isOrdering(plan) ? [...signing, ...remarks, ...(await readOrders(world))] : signing
  const isMarkdown = operation.asMarkdown?.(options) === true
  const isShown = !isMarkdown && (options.dryRun || !options.json)
  const estimate = isShown && plan.phases.length > 0 ? await estimateRun(world, plan) : undefined
  if (isMarkdown) process.stdout.write(changeAsMarkdown(plan, options))
  if (isShown) show(plan, { orders, estimate }, options)
  if (plan.phases.length === 0 && !options.dryRun) {
    await clearStaleLock(lockOf(world, operation, options, interrupt))
    return reportRun(world, { ...options, plan, report: course.report, events: undefined, witness: undefined })
  }
  if (options.dryRun) return plan.phases.length === 0 ? 0 : 3
  await agree(plan, answers)
  return withLock(lockOf(world, operation, options, interrupt), async (signal, lockLost) => {
    // as values: the text leaves out what is too much to read
    if (!isDeepStrictEqual(await makePlan(), plan)) throw changedError()
    return run({ ...world, signal, lockLost, estimate }, plan, errand)
  })
}

const answersOf = <Options extends CommonOptions>({ operation, options }: Errand<Options>): Answers => ({
  ...operation.answers?.(options),
  yes: options.yes,
  acceptLockout: options.acceptLockout,
})

/** An interrupt that no plan has met: it came before. */
const isUnbegun = (error: unknown, interrupt: AbortSignal): boolean =>
  !(error instanceof StoppedError) &&
  (error instanceof InfraError ? error.exitCode === 130 : interrupt.aborted && error === interrupt.reason)

const unbegunError = (cause: unknown): InfraError =>
  new InfraError(cause instanceof Error ? cause.message : 'interrupted', {
    exitCode: 130,
    hint: 'Nothing was changed. Run the same command again.',
    cause,
  })

const withSources = async <T>(
  world: World,
  { commit }: { readonly commit?: string },
  work: (world: World) => Promise<T>,
): Promise<T> => {
  if (commit === undefined) return work(world)
  return withCheckout(world.settings.root, commit, (folder) =>
    work({ ...world, settings: { ...world.settings, sources: folder } }),
  )
}

const isOrdering = (plan: Plan): boolean => stepsOf(plan).some(({ kind }) => kind === 'create-server')

const situationOf = ({ clock, settings }: World): Situation => ({
  now: Math.floor(clock.now() / 1000),
  pairs: settings.config.pairs.length,
  hostnames: settings.config.pairs.map(({ hostname }) => hostname),
  addresses: settings.config.addresses,
  hasRegistrar: settings.environment.registrar.kind !== 'manual',
  guards: settings.config.guards,
})

/** Files that cannot be read are like none: whoever makes something from them is told why. */
const inputOf = async (world: World): Promise<PlanInput> => ({
  ...situationOf(world),
  zones: await hashSources(world).catch(ifRefused(() => '')),
  zoneNames: await zoneNames(world).catch(ifRefused(() => [])),
})

const defined = ({ config, envFile }: CommonOptions) => ({
  ...(config === undefined ? {} : { config }),
  ...(envFile === undefined ? {} : { envFile }),
})

const accepted = <T>(result: T | Refusal): T => {
  if (!isRefusal(result)) return result
  throw new InfraError(result.refused, { hint: result.hint, exitCode: result.isUsage ? 2 : 1 })
}

const changedError = (): InfraError =>
  new InfraError('The world has changed since the plan was shown', {
    hint: 'Nothing was changed. Run again to see the plan as it is now.',
  })

/** What is known of a plan besides itself. */
interface Outlook {
  /** What its servers cost, a sentence each. */
  readonly orders: readonly string[]
  readonly estimate: Estimate | undefined
}

const estimateAsJson = ({ work, waitsMs = {} }: Partial<Estimate> = {}): object => ({
  ...(work ? { estimatedWorkMs: work.ms, estimatedFromRuns: work.runs } : {}),
  ...(Object.keys(waitsMs).length > 0 ? { estimatedWaitsMs: waitsMs } : {}),
})

/** A dry run's plan is its result, so it goes to stdout; otherwise the plan is what the question is about. */
const show = (plan: Plan, { orders, estimate }: Outlook, { dryRun, json, verbose }: CommonOptions): void => {
  if (dryRun && json) {
    process.stdout.write(`${JSON.stringify({ event: 'plan', ...plan, orders, ...estimateAsJson(estimate) })}\n`)
    return
  }
  const stream = dryRun ? process.stdout : process.stderr
  const sentences = (some: readonly string[]): readonly string[] => some.map((one) => fold(one, widthOf(stream)))
  const text = [
    describePlan({ ...plan, notes: sentences(plan.notes) }, { verbose, estimate }),
    ...(plan.phases.length === 0 ? [] : sentences(orders)),
  ].join('\n')
  stream.write(`${text}\n${dryRun ? 'Dry run: nothing was changed.' : ''}\n`)
}

type LockedWorld = World & Pick<RunWorld, 'signal' | 'lockLost' | 'estimate'>

const run = async <Options extends CommonOptions>(
  world: LockedWorld,
  plan: Plan,
  errand: Errand<Options>,
): Promise<ExitCode> => {
  const { operation, course, options } = errand
  const answers = answersOf(errand)
  const directory = path.join(world.settings.root, 'runs', String(plan.generation))
  const events = createEvents(directory, { json: options.json === true, now: world.clock.now })
  const record = openRecord(world, { plan, events })
  events.emit({ event: 'plan', ...plan })
  const runWorld = { ...world, generation: plan.generation, events }
  const waits = { ...operation.waits?.(options), yes: answers.yes, json: options.json }
  let isApplied = false
  const apply = async (witnessed: RunWorld): Promise<void> => {
    await applyPlan(witnessed, plan, {
      display: displayFor({ json: options.json === true, verbose: options.verbose === true }),
      recovery: course.recovery,
      approve: (deletion) => agreeToDelete(deletion, answers),
      agree: async (question) => answers.yes === true || confirm(question),
      waitFor: (waiting, step) => waitForWorld(waiting, step, waits),
    })
    isApplied = true
  }
  try {
    const witness = await withWitness(runWorld, { kind: course.witness, plan, tell: record.witnessed }, apply)
    const told = { ...options, plan, report: course.report, events, witness, tell: record.answered }
    const exitCode = await reportRun(world, told)
    await record.write(undefined)
    return exitCode
  } catch (error) {
    const failure = isApplied ? afterwardsError(error) : error
    events.fail(failure)
    await record.write(failure)
    throw failure
  }
}
