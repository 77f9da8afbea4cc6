import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { convertWorkflowTemplate } from '@actions/workflow-parser/model/convert'
import type { WorkflowTemplate } from '@actions/workflow-parser/model/workflow-template'
import { NoOperationTraceWriter } from '@actions/workflow-parser/templates/trace-writer'
import { parseWorkflow } from '@actions/workflow-parser/workflows/workflow-parser'

export const readWorkflow = (name: string): string =>
  readFileSync(path.resolve(import.meta.dirname, '../../examples/github', name), 'utf8')

/** As GitHub's own parser has it. @throws Error with all that it objects to. */
export const parsed = async (name: string, content = readWorkflow(name)): Promise<WorkflowTemplate> => {
  const { context, value } = parseWorkflow({ name, content }, new NoOperationTraceWriter())
  const template = value && (await convertWorkflowTemplate(context, value))
  const errors = [
    ...context.errors.getErrors().map(({ message }) => message),
    ...(template?.errors ?? []).map(({ Message }) => Message),
  ]
  if (!template || errors.length > 0) throw new Error(errors.join('\n'))
  return template
}

/** What the steps of a job run, in their order. */
export const runsOf = ({ jobs }: WorkflowTemplate, id: string): readonly string[] => {
  const job = jobs.find((one) => one.id.toString() === id)
  if (job?.type !== 'job') throw new Error(`there is no job ${id}`)
  return job.steps.flatMap((step) => ('run' in step ? [step.run.toString()] : []))
}

interface Ran {
  readonly code: number | null
  /** The words of each program, the program first. */
  readonly programs: readonly (readonly string[])[]
  /** What it left in the folder for temporary files. */
  readonly left: readonly string[]
  readonly output: string
}

interface Played {
  /** What a program ends with, 0 without. */
  readonly codes?: Readonly<Record<string, number>>
  /** What a program prints. */
  readonly prints?: Readonly<Record<string, string>>
  readonly env?: Readonly<Record<string, string>>
  /** What earlier steps have left. */
  readonly files?: Readonly<Record<string, string>>
}

const programs = ['gh', 'npm', 'npx', 'ssh-keygen', 'sudo']

/** Runs a text as Actions do, with programs that only note how they were called. */
export const play = (run: string, { codes = {}, prints = {}, env = {}, files = {} }: Played = {}): Ran => {
  const folder = mkdtempSync(path.join(tmpdir(), 'workflow-'))
  try {
    const bin = path.join(folder, 'bin')
    mkdirSync(bin)
    const log = path.join(folder, 'log')
    writeFileSync(log, '')
    for (const program of programs) {
      writeFileSync(path.join(bin, `${program}.out`), prints[program] ?? '')
      const lines = [
        '#!/bin/bash',
        `{ printf '%s\\0' ${program} "$@"; printf '\\n\\0'; } >> '${log}'`,
        `cat '${bin}/${program}.out'`,
        `exit ${codes[program] ?? 0}`,
      ]
      writeFileSync(path.join(bin, program), `${lines.join('\n')}\n`, { mode: 0o755 })
    }
    writeFileSync(path.join(folder, 'run.sh'), run)
    const temporary = path.join(folder, 'temporary')
    mkdirSync(temporary)
    for (const [name, text] of Object.entries(files)) writeFileSync(path.join(temporary, name), text)
    const { status, stdout, stderr } = spawnSync('bash', ['-e', path.join(folder, 'run.sh')], {
      cwd: folder,
      encoding: 'utf8',
      env: {
        PATH: `${bin}:/usr/bin:/bin`,
        RUNNER_TEMP: temporary,
        INFRA_SSH_KEY: path.join(temporary, 'key.pub'),
        GITHUB_REPOSITORY: 'example/dns',
        ...env,
      },
    })
    const called = readFileSync(log, 'utf8').split('\0\n\0').filter(Boolean)
    return {
      code: status,
      programs: called.map((words) => words.split('\0')),
      left: readdirSync(temporary).sort(),
      output: `${stdout}${stderr}`,
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
