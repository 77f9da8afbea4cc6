import path from 'node:path'
import { type ExitCode, InfraError } from '../errors.ts'
import { withCheckout } from '../git.ts'
import { withLock } from '../lock.ts'
import { describePlan } from '../plan/describe.ts'
import type { PlanInput, Situation } from '../plan/input.ts'
import { isRefusal, type Refusal } from '../plan/refusal.ts'
import type { Observed, Plan } from '../plan/types.ts'
import { confirm, typeToConfirm } from '../prompts.ts'
import { createEvents } from '../report/events.ts'
import { hashZones } from '../zones/hash.ts'
import { agree, verifyAccepted } from './agree.ts'
import { applyPlan } from './apply.ts'
import { zoneNames } from './artefact.ts'
import { zonesFolderOf } from './handlers/create-server.ts'
import { observe } from './observe.ts'
import { withWorld } from './open-world.ts'
import { preflight, readOrders } from './preflight.ts'
import { StoppedError } from './recover.ts'
import { displayFor } from './renderer.ts'
import { afterwardsError, reportRun } from './report-run.ts'
import { withWitness } from './run-witness.ts'
import { waitForWorld } from './waits.ts'
import type { RunWorld, World } from './world.ts'

/** The options that every operation has. */
export interface OperateOptions {
  readonly config?: string | undefined
  readonly envFile?: string | undefined
  readonly dryRun?: boolean | undefined
  readonly yes?: boolean | undefined
  readonly yesDelete?: boolean | undefined
  /** Zones that may go without a question. */
  readonly acceptZone?: readonly string[] | undefined
  readonly json?: boolean | undefined
  readonly verbose?: boolean | undefined
  /** Seconds. */
  readonly lockWait: number
  /** Stay for waits that take long, instead of asking or of ending with exit code 7. */
  readonly wait?: boolean | undefined
  /** Seconds after which an lb may be removed although it is still asked. */
  readonly forceAfter?: number | undefined
}

export interface Operation {
  /** The name of the script. */
  readonly name: string
  /** Ask questions through the lbs for as long as the operation runs. */
  readonly witness: boolean
  /** How the deletion can be avoided, for whoever has no terminal to agree on. */
  readonly insteadOfDeleting?: string
  readonly plan: (observed: Observed, at: PlanInput) => Plan | Refusal
  /** Where the planner has to know more of the world than the others. */
  readonly observe?: (world: World) => Promise<Observed>
  /** The commit whose zones and roles are meant, where it is not the checkout at hand. */
  readonly sources?: (observed: Observed, at: Situation) => string | undefined | Refusal
}

/**
 * The one loop of every operation: load, observe, plan, show and confirm, apply, report. What was shown is what is applied: once
 * the lock is held the world is observed again, and a plan that came out otherwise is refused.
 */
export const operate = (operation: Operation, options: OperateOptions, interrupt: AbortSignal): Promise<ExitCode> => {
  const say = (text: string): void => void process.stderr.write(`${text}\n`)
  return withWorld({ ...defined(options), say }, (opened) =>
    withSources(opened, operation, async (world) => {
      const remarks = await preflight(world)
      const moment = await momentOf(world)
      const look = operation.observe ?? observe
      const makePlan = async (): Promise<Plan> => accepted(operation.plan(await look(world), moment))
      const plan = await makePlan()
      verifyAccepted(plan, moment.zoneNames, options)
      const orders = isOrdering(plan) ? [...remarks, ...(await readOrders(world))] : []
      if (options.dryRun || !options.json) show(plan, orders, options)
      if (plan.phases.length === 0 && !options.dryRun)
        return reportRun(world, { ...options, plan, events: undefined, witness: undefined })
      if (options.dryRun) return plan.phases.length === 0 ? 0 : 3
      await agree(plan, { ...options, insteadOfDeleting: operation.insteadOfDeleting })
      const lock = {
        ...world,
        project: world.settings.config.project,
        operation: operation.name,
        waitMs: options.lockWait * 1000,
        signal: interrupt,
        say,
      }
      return withLock(lock, async (signal, lockLost) => {
        if (describePlan(await makePlan()) !== describePlan(plan)) throw changedError()
        return run(world, plan, { ...options, signal, lockLost, witness: operation.witness })
      })
    }),
  ).catch((error: unknown) => {
    throw isUnbegun(error, interrupt) ? unbegunError(error) : error
  })
}

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

const withSources = async <T>(world: World, { sources }: Operation, work: (world: World) => Promise<T>): Promise<T> => {
  const commit = accepted(sources?.(await observe(world), nowOf(world)))
  if (commit === undefined) return work(world)
  return withCheckout(world.settings.root, commit, (folder) =>
    work({ ...world, settings: { ...world.settings, sources: folder } }),
  )
}

const isOrdering = ({ phases }: Plan): boolean =>
  phases.some(({ tracks }) => tracks.flat().some(({ kind }) => kind === 'create-server'))

const nowOf = ({ clock, settings }: World): Situation => ({
  now: Math.floor(clock.now() / 1000),
  pairs: settings.config.pairs.length,
  hostnames: settings.config.pairs.map(({ hostname }) => hostname),
  addresses: settings.config.addresses,
  hasRegistrar: settings.environment.registrar.kind !== 'manual',
})

const momentOf = async (world: World): Promise<PlanInput> => ({
  ...nowOf(world),
  zones: await hashZones(zonesFolderOf(world)),
  zoneNames: await zoneNames(world),
})

const defined = ({ config, envFile }: OperateOptions) => ({
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

/** A dry run's plan is its result, so it goes to stdout; otherwise the plan is what the question is about. */
const show = (plan: Plan, orders: readonly string[], { dryRun, json }: OperateOptions): void => {
  if (dryRun && json) {
    process.stdout.write(`${JSON.stringify({ event: 'plan', ...plan, orders })}\n`)
    return
  }
  const text = [describePlan(plan), ...(plan.phases.length === 0 ? [] : orders)].join('\n')
  if (dryRun) process.stdout.write(`${text}\nDry run: nothing was changed.\n`)
  else process.stderr.write(`${text}\n\n`)
}

interface RunOptions extends OperateOptions {
  readonly signal: AbortSignal
  readonly lockLost: AbortSignal
  readonly witness: boolean
}

const run = async (world: World, plan: Plan, options: RunOptions): Promise<ExitCode> => {
  const directory = path.join(world.settings.root, 'runs', String(plan.generation))
  const events = createEvents(directory, { json: options.json === true, now: world.clock.now })
  events.emit({ event: 'plan', ...plan })
  const runWorld = { ...world, generation: plan.generation, events, signal: options.signal, lockLost: options.lockLost }
  const approve = async ({ name, loss }: { name: string; loss: string }): Promise<boolean> =>
    options.yesDelete === true || typeToConfirm(name, loss)
  let isApplied = false
  const apply = async (witnessed: RunWorld): Promise<void> => {
    await applyPlan(witnessed, plan, {
      display: displayFor({ json: options.json === true, verbose: options.verbose === true }),
      approve,
      agree: async (question) => options.yes === true || confirm(question),
      waitFor: (waiting, step) => waitForWorld(waiting, step, options),
    })
    isApplied = true
  }
  const needs = { enabled: options.witness, learnsOld: plan.operation === 'rollback' }
  try {
    const witness = await withWitness(runWorld, needs, apply)
    return await reportRun(world, { ...options, plan, events, witness })
  } catch (error) {
    throw isApplied ? afterwardsError(error) : error
  }
}
