import { mkdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { lostByOperation } from '../dns/witness/lost-before.ts'
import type { WitnessReport } from '../dns/witness.ts'
import { type ExitCode, InfraError, ifRefused, textOf } from '../errors.ts'
import type { FleetServer } from '../fleet/server.ts'
import { describeEffect, describeRun } from '../plan/describe.ts'
import { namesOf } from '../plan/phases.ts'
import type { Plan } from '../plan/types.ts'
import type { Events } from '../report/events.ts'
import { describeHandover, describeReturns } from '../report/handover.ts'
import { describeImages } from '../report/images.ts'
import { knownHostsOf, sshConfigOf } from '../report/ssh-config.ts'
import { describeLbs } from '../report/status.ts'
import { type Answer, describeAnswers, describePhases, describeWitnessTable } from '../report/summary.ts'
import { quoteWord } from '../ssh/quote.ts'
import { widthOf } from '../terminal.ts'
import { duration } from '../time.ts'
import { askWhoAnswers } from './answers.ts'
import { servedZoneNames } from './generations.ts'
import { listImages } from './images.ts'
import { describeGlue } from './missing-glue.ts'
import type { Witnessed } from './run-witness.ts'
import { readServedSigning, type ServedSigning } from './served-signing.ts'
import { lbsThatMayBeAsked, listServers } from './servers.ts'
import { readLbs } from './status.ts'
import type { World } from './world.ts'

export interface FinishedRun {
  readonly plan: Plan
  /** The sections to show, in their order. */
  readonly report: readonly SectionName[]
  /** Undefined when there was nothing to do. */
  readonly events: Events | undefined
  readonly witness: Witnessed | undefined
  /** Told who answers now. */
  readonly tell?: (answers: readonly Answer[]) => void
  readonly envFile?: string | undefined
  readonly json?: boolean | undefined
  readonly verbose?: boolean | undefined
}

/**
 * Says at the end what was done in what time, what the witness counted, what answers now, and what to type next.
 * @throws InfraError (exit code 5) when the operation succeeded but the witness saw queries lost or answered wrongly.
 */
export const reportRun = async (world: World, run: FinishedRun): Promise<ExitCode> => {
  const servers = await listServers(world)
  // those of what serves now: after a rollback the zone files at hand may have others
  const zones = await servedZoneNames(world, servers)
  const answers = await askWhoAnswers(world, zones, lbsThatMayBeAsked(servers))
  run.tell?.(answers)
  const sshConfig = await writeSshConfig(world, servers, run.plan.generation)
  const seen = { world, run, answers, servers, sshConfig }
  const parts = await Promise.all(run.report.map((name) => sections[name](seen)))
  const textIn = (width: number): string => parts.flatMap((part) => part?.(width) ?? []).join('\n\n')
  if (run.events)
    await writeFile(path.join(run.events.directory, 'report.txt'), `${textIn(Number.POSITIVE_INFINITY)}\n`)
  if (!run.json) process.stdout.write(`\n${textIn(widthOf(process.stdout))}\n`)
  requireCleanWitness(run)
  const end = { event: 'end', ok: true, exitCode: 0, answers } as const
  if (run.events) run.events.emit(end)
  else if (run.json) process.stdout.write(`${JSON.stringify(end)}\n`)
  return 0
}

interface Seen {
  readonly world: World
  readonly run: FinishedRun
  readonly answers: readonly Answer[]
  readonly servers: readonly FleetServer[]
  /** Path of the file. */
  readonly sshConfig: string
}

/** For a terminal of so many columns. */
type Text = (width: number) => string

/** Undefined when there is nothing to say. */
type Section = (seen: Seen) => Text | undefined | Promise<Text | undefined>

const sections = {
  done: ({ run: { plan, events } }) =>
    events && ((width) => `Done: ${describeRun(plan)}\n${describePhases(events.phases(), width)}`),
  duration: ({ run: { events } }) => events && (() => `Traffic was back after ${duration(switchedAfter(events))}.`),
  witness: ({ run: { witness, verbose } }) =>
    witness &&
    ((width) =>
      'unasked' in witness ? describeUnasked(witness) : describeWitness(witness.report, { width, verbose })),
  change: ({ run: { plan, events, verbose = false } }) => {
    const effect = describeEffect(plan, { verbose, asks: false }).join('\n')
    return events && effect !== '' ? () => effect : undefined
  },
  images: async ({ world }) => {
    const images = await listImages(world)
    return (width) => `Baked images:\n${describeImages(images, width)}`
  },
  answers:
    ({ answers }) =>
    (width) =>
      `What answers now:\n${describeAnswers(answers, width)}`,
  signatures: async ({ world }) => {
    const unread = (error: InfraError): Pick<ServedSigning, 'lasting'> => ({ lasting: error.message })
    const { lasting } = await readServedSigning(world).catch(ifRefused(unread))
    return lasting === undefined ? undefined : () => lasting
  },
  lbs: async ({ world, servers }) => {
    const lbs = await readLbs(world, servers)
    return (width) => `Load balancers:\n${describeLbs(lbs, width)}`
  },
  glue: async ({ world, run }) => {
    const glue = await describeGlue(world, run)
    return glue === undefined ? undefined : () => glue
  },
  next: (seen) => () => nextSteps(seen),
} satisfies Readonly<Record<string, Section>>

const describeUnasked = ({ unasked }: { readonly unasked: string }): string =>
  `The witness asked nothing, because ${unasked}.`

const describeWitness = (
  report: WitnessReport,
  { width, verbose = false }: { readonly width: number; readonly verbose?: boolean | undefined },
): string =>
  [
    `The witness asked all the while:\n${describeWitnessTable(report, width)}`,
    ...(report.handover ? describeHandover(report.handover, { width, verbose }) : []),
  ].join('\n\n')

export type SectionName = keyof typeof sections

const switchedAfter = (events: Events): number => {
  const phases = events.phases()
  const last = phases.findLastIndex(({ key }) => key === 'switch')
  return phases.slice(0, last + 1).reduce((sum, { ms }) => sum + ms, 0)
}

const nextSteps = ({ run: { envFile }, answers: [first], servers, sshConfig }: Seen): string => {
  const environment = envFile ? ` --env-file ${quoteWord(envFile)}` : ''
  return [
    'Next:',
    ...(first ? [`  dig +nsid +norecurse SOA ${first.zone.replace(/\.$/, '')} @${first.address}`] : []),
    `  ssh -F ${quoteWord(sshConfig)} ns1`,
    `  npx tsx scripts/status.ts${environment}`,
    `  npx tsx scripts/deploy-infra.ts${environment}`,
    ...whileWarm(servers, environment),
  ].join('\n')
}

const whileWarm = (servers: readonly FleetServer[], environment: string): readonly string[] => {
  const warm = servers.filter(({ role, phase, kept }) => role === 'nameserver' && phase === 'old' && kept)
  if (warm.length === 0) return []
  return [
    `Kept warm: ${namesOf(warm)}. To go back, or to remove them:`,
    `  npx tsx scripts/rollback-infra.ts${environment}`,
    `  npx tsx scripts/deploy-infra.ts${environment} --remove-kept`,
  ]
}

/** @returns the path of the file, relative to where the operator stands. */
const writeSshConfig = async (world: World, hosts: readonly FleetServer[], generation: number): Promise<string> => {
  const folder = path.join(world.settings.root, 'runs', String(generation))
  const knownHosts = path.join(folder, 'known_hosts')
  const identity = world.settings.environment.sshPublicKeyFile.replace(/\.pub$/, '')
  await mkdir(folder, { recursive: true })
  await writeFile(knownHosts, knownHostsOf(hosts))
  const file = path.join(folder, 'ssh_config')
  await writeFile(file, sshConfigOf(hosts, { knownHosts, identity: path.resolve(identity) }))
  return path.relative(process.cwd(), file)
}

const requireCleanWitness = ({ witness }: FinishedRun): void => {
  if (!witness || 'unasked' in witness) return
  const { report } = witness
  const { wrong } = report.totals
  const lost = lostByOperation(report)
  const faults = [
    ...(lost + wrong > 0 ? [`the witness lost ${lost} queries and got ${wrong} wrong answers`] : []),
    ...(report.handover ? describeReturns(report.handover) : []),
  ]
  if (faults.length === 0) return
  throw new InfraError(`The operation is done, but ${faults.join('; ')}`, {
    exitCode: 5,
    hint: 'Look at the witness in events.ndjson of this run: it names each question, its time and the step.',
  })
}

/** The operation is done by then: whatever fails in looking at it must not read as if nothing had been changed. */
export const afterwardsError = (error: unknown): InfraError => {
  if (error instanceof InfraError && error.exitCode === 5) return error
  return new InfraError(`The operation is done, but its report failed: ${textOf(error)}`, {
    exitCode: 5,
    hint: 'All that was planned is done, and each switch was proven. Look at status for what answers now.',
    cause: error,
  })
}
