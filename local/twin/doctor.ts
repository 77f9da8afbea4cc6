import { statfs } from 'node:fs/promises'
import path from 'node:path'
import { InfraError } from '../../lib/errors.ts'
import { exists } from '../host/exists.ts'
import type { Fault } from '../host/fault.ts'
import { describeMissing, findMissing, installCommand, type Program } from '../host/programs.ts'
import { isInSpace } from '../host/space.ts'
import type { BackendRow } from '../machines/backend-row.ts'
import { allBackends, type Backend, describeBackend, rowOf } from '../machines/backends.ts'
import { findSpaceFaults } from './space.ts'

/** One thing a rehearsal needs, whether it is there, and the command that mends it. */
export interface Finding {
  readonly name: string
  readonly isFine: boolean
  readonly detail: string
  readonly remedy?: string
}

export interface BackendFinding extends Finding {
  readonly backend: Backend
}

/** What runs on this computer itself, whatever the machines are made with. */
const twinPrograms: readonly Program[] = [
  ['apt-cacher-ng', 'apt-cacher-ng'],
  ['apt-get', 'apt'],
  ['dnssec-signzone', 'bind9-utils'],
  ['flock', 'util-linux'],
  ['ip', 'iproute2'],
  ['mmdebstrap', 'mmdebstrap'],
  ['named', 'bind9'],
  ['nft', 'nftables'],
  ['nsenter', 'util-linux'],
  ['ssh-keygen', 'openssh-client'],
  ['sysctl', 'procps'],
  ['tar', 'tar'],
  ['unbound', 'unbound'],
]

/** Whether a backend would work on this computer. Changes nothing. */
export const examineBackend = async (backend: Backend): Promise<BackendFinding> => {
  const faults = process.platform === 'linux' ? await findFaults(backend) : [foreignSystem]
  const found = { backend, name: describeBackend(backend), isFine: faults.length === 0 }
  if (faults.length === 0) return { ...found, detail: 'would work' }
  const detail = faults.map((fault) => fault.detail).join('; ')
  return { ...found, detail, remedy: faults.map((fault) => fault.remedy).join('\n') }
}

const foreignSystem: Fault = {
  detail: 'needs Linux',
  remedy: 'Run everything in a Linux machine: "Machines of another kind" in local/README.md',
}

const findFaults = async (backend: Backend): Promise<readonly Fault[]> => {
  const row = rowOf(backend)
  const missing = await findMissing([...twinPrograms, ...row.programs(backend.provider)])
  const own = await row.findFault()
  const install = installCommand(missing.map(([, debianPackage]) => debianPackage))
  return [
    ...(missing.length === 0 ? [] : [{ detail: describeMissing(missing), remedy: install }]),
    ...(own === undefined ? [] : [own]),
    ...(await findRightsFaults(row)),
  ]
}

const findRightsFaults = async ({ worksInSpace }: BackendRow): Promise<readonly Fault[]> => {
  const isRoot = process.getuid?.() === 0
  if (worksInSpace) return isRoot ? [] : [await describeSpace()]
  if (!isRoot) return [{ detail: 'needs root', remedy: 'run the command with sudo' }]
  return isInSpace()
    ? [{ detail: 'needs the real root', remedy: 'run the command with sudo, outside of the space' }]
    : []
}

const describeSpace = async (): Promise<Fault> => {
  const faults = await findSpaceFaults()
  const lacking = faults.map(({ detail }) => detail).join(', ')
  return {
    detail: `needs root, or a space${lacking && ` (${lacking})`}`,
    remedy: [...faults.map(({ remedy }) => remedy), 'local/space.sh npx tsx scripts/local-up.ts'].join('\n'),
  }
}

/** Every backend there is, the best first. */
export const examineBackends = (): Promise<readonly BackendFinding[]> => Promise.all(allBackends.map(examineBackend))

/** What the operations themselves need, besides machines to work on. @param stateDir whose disk holds the machines */
export const examineComputer = async (stateDir: string): Promise<readonly Finding[]> =>
  Promise.all([
    examineNode(),
    examinePrograms('Ansible', [['ansible-playbook', 'ansible-core']]),
    examinePrograms('DNS tools', [
      ['dig', 'bind9-dnsutils'],
      ['named', 'bind9'],
      ['named-compilezone', 'bind9-utils'],
    ]),
    examinePrograms('SSH', [
      ['ssh', 'openssh-client'],
      ['ssh-keygen', 'openssh-client'],
    ]),
    examineDisk(stateDir),
  ])

const lowestNode = [20, 19] as const

const examineNode = (): Finding => {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
  const isFine = major > lowestNode[0] || (major === lowestNode[0] && minor >= lowestNode[1])
  const found = { name: 'Node', isFine, detail: process.versions.node }
  return isFine ? found : { ...found, remedy: `Install Node ${lowestNode.join('.')} or later` }
}

const examinePrograms = async (name: string, programs: readonly Program[]): Promise<Finding> => {
  const missing = await findMissing(programs)
  if (missing.length === 0) return { name, isFine: true, detail: programs.map(([program]) => program).join(', ') }
  return {
    name,
    isFine: false,
    detail: describeMissing(missing),
    remedy: installCommand(missing.map(([, debianPackage]) => debianPackage)),
  }
}

/** Image, packages and what eight machines write; virtual machines copy more. */
const neededBytes = 4e9

const examineDisk = async (stateDir: string): Promise<Finding> => {
  const directory = await nearestDirectory(path.resolve(stateDir))
  const { bavail, bsize } = await statfs(directory)
  const gigabytes = (bytes: number): string => `${(bytes / 1e9).toFixed(0)} GB`
  const isFine = bavail * bsize >= neededBytes
  const found = { name: 'disk', isFine, detail: `${gigabytes(bavail * bsize)} free below ${directory}` }
  return isFine ? found : { ...found, remedy: `Free ${gigabytes(neededBytes)}, or name another directory with --state` }
}

const nearestDirectory = async (directory: string): Promise<string> =>
  (await exists(directory)) || directory === '/' ? directory : nearestDirectory(path.dirname(directory))

/** A line each, with the commands that mend it below. */
export const describeFindings = (findings: readonly Finding[]): string => {
  const width = Math.max(...findings.map(({ name }) => name.length))
  return findings
    .map(({ name, isFine, detail, remedy = '' }) => {
      const commands = remedy.split('\n').filter(Boolean)
      return [
        `  ${isFine ? '✔' : '✘'} ${name.padEnd(width)}  ${detail}\n`,
        ...commands.map((command) => `    ${''.padEnd(width)}  → ${command}\n`),
      ].join('')
    })
    .join('')
}

/** What was asked for; whatever is left open is chosen. */
export type BackendWish = Partial<Backend>

export const isWished = ({ kind, provider }: BackendWish, backend: Backend): boolean =>
  (kind ?? backend.kind) === backend.kind && (provider ?? backend.provider) === backend.provider

/**
 * The best backend that works here and is as wished.
 * @throws InfraError (2) that says what is missing and how to get it
 */
export const chooseBackend = async (wish: BackendWish): Promise<Backend> => {
  let best: BackendFinding | undefined
  // one after the other: what the first is content with, nobody has to ask the others
  for (const backend of allBackends.filter((one) => isWished(wish, one))) {
    const found = await examineBackend(backend)
    if (found.isFine) return wish.box === undefined ? backend : { ...backend, box: wish.box }
    best ??= found
  }
  throw new InfraError(`Machines cannot be made here with ${best?.name}: ${best?.detail}`, {
    hint: `${best?.remedy}\nlocal-up --doctor says what other backends need.`,
    exitCode: 2,
  })
}
