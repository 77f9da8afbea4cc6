/**
 * Where the seconds of a deployment go, phase by phase, step by step, and within Ansible task by task: written into docs/performance.md, in the
 * place of what stands there. Medians of deployments from a baked image on one local twin.
 *
 *   tsx test/profile-deployment.ts [ROUNDS]     5 unless told
 */
import { chmodSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { availableParallelism, cpus } from 'node:os'
import path from 'node:path'
import { inScratch } from '../lib/scratch.ts'
import { duration } from '../lib/time.ts'
import { type RunEvent, timeScript } from './bench-deployment/timed-script.ts'
import { median } from './bench-sessions.ts'
import { expectScript } from './scripts/command.ts'
import { startTwin } from './scripts/twin.ts'

const rounds = Number(process.argv[2] ?? 5)
const page = path.resolve(import.meta.dirname, '../docs/performance.md')
const marks = ['<!-- profile -->', '<!-- end of profile -->'] as const

interface TaskTime {
  readonly host: string
  readonly task: string
  readonly state: string
  readonly startedAt: number
  readonly seconds: number
}

/** Runs Ansible with a callback that notes times; the product itself lets no setting of Ansible through from outside. */
const writeWrapper = (folder: string, times: string): string => {
  const file = path.join(folder, 'ansible-playbook')
  const settings = [
    `ANSIBLE_CALLBACK_PLUGINS=${path.join(import.meta.dirname, 'profile-deployment')}`,
    'ANSIBLE_CALLBACKS_ENABLED=task_times',
    `TASK_TIMES=${times}`,
  ]
  writeFileSync(file, `#!/bin/sh\nPATH=\${PATH#*:} exec env ${settings.join(' ')} ansible-playbook "$@"\n`)
  chmodSync(file, 0o755)
  return folder
}

/** Of each name what it took in each round, in the order in which they came first. */
type Times = Map<string, number[]>
const add = (times: Times, name: string, ms: number): void => {
  times.set(name, [...(times.get(name) ?? []), ms])
}

/** Without what differs between two runs: the generation, and the colours of an lb. */
const nameOf = (step: string): string => step.replace(/ \(generation \d+\)/, '').replace(/\b\d{10}\b/g, '…')

const addEvents = (phases: Times, steps: Times, events: readonly RunEvent[]): void => {
  for (const { event, state, title = '', step = '', ms } of events) {
    if (state !== 'done' || ms === undefined) continue
    if (event === 'phase') add(phases, title, ms)
    if (event === 'step') add(steps, nameOf(step), ms)
  }
}

const readTaskTimes = (file: string): readonly TaskTime[] =>
  readFileSync(file, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line): TaskTime => JSON.parse(line))

const rowsOf = (times: Times): readonly string[] =>
  [...times].map(([name, values]) => `| ${name} | ${duration(median(values))} |`)

const tableOf = (what: string, rows: readonly string[]): string =>
  [`| ${what} | median |`, '|---|---|', ...rows].join('\n')

await inScratch('profile-', async (folder) => {
  const twin = await startTwin()
  const phases: Times = new Map()
  const steps: Times = new Map()
  const tasks: Times = new Map()
  const whole: number[] = []
  const switched: number[] = []
  try {
    const args = ['--env-file', twin.envFile, '--yes', '--yes-delete']
    await expectScript(0, 'bake-images', args)
    await expectScript(0, 'bootstrap-infra', ['--env-file', twin.envFile, '--yes'])
    const times = path.join(folder, 'task-times')
    const env = { PATH: `${writeWrapper(folder, times)}:${process.env.PATH}` }
    await timeScript('deploy-infra', args, { scratch: folder, env })
    for (let round = 1; round <= rounds; round += 1) {
      rmSync(times)
      const { events, ms, switchedMs } = await timeScript('deploy-infra', args, { scratch: folder, env })
      addEvents(phases, steps, events)
      for (const { host, task, seconds } of readTaskTimes(times)) {
        if (host.startsWith('ns1')) add(tasks, task.replaceAll('|', '\\|'), seconds * 1000)
      }
      whole.push(ms)
      switched.push(switchedMs ?? Number.NaN)
      process.stdout.write(`round ${round} of ${rounds}: ${duration(ms)}\n`)
    }
  } finally {
    await twin.down()
  }
  const total = [...phases.values()].reduce((sum, values) => sum + median(values), 0)
  const profile = [
    `Medians of ${rounds} deployments of two pairs, from baked images, on ${availableParallelism()} cores (${cpus()[0]?.model.trim()}), with nothing else at work.`,
    `The whole, from the start of the program to its end: ${duration(median(whole))}; until the last load balancer was led to the new generation: ${duration(median(switched))}.`,
    `Phases together: ${duration(total)}. The rest is the program's start, what it observes, the gates and the last look at the answers.`,
    '',
    tableOf('phase', rowsOf(phases)),
    '',
    'Steps stand side by side within a phase:',
    '',
    tableOf('step', rowsOf(steps)),
    '',
    'Within *Configure*, one nameserver, task by task of Ansible:',
    '',
    tableOf('task', rowsOf(tasks)),
  ].join('\n')
  const text = readFileSync(page, 'utf8')
  const [from, to] = marks.map((mark) => text.indexOf(mark))
  if (from === undefined || to === undefined || from < 0 || to < from) throw new Error(`${page}: the marks are gone`)
  writeFileSync(page, `${text.slice(0, from + marks[0].length)}\n\n${profile}\n\n${text.slice(to)}`)
})
