import { InfraError } from '../../../lib/errors.ts'
import type { MachineState } from '../backend.ts'
import { withoutControls } from './failure.ts'

/**
 * What Multipass prints with `--format json`. Names of fields are the same from 1.13 to 1.16, later versions have more of them
 * (src/client/cli/formatter/json_formatter.cpp of canonical/multipass); we take what we need and nothing else matters.
 */
export interface Instance {
  readonly name: string
  readonly state: string
}

export interface Network {
  readonly name: string
  readonly type: string
}

/** `multipassd` is absent when the daemon does not answer. */
export interface Versions {
  readonly multipass: string
  readonly multipassd?: string
}

type Fields = Readonly<Record<string, unknown>>

/** @param stdout of `multipass list --format json` */
export const parseInstances = (stdout: string): readonly Instance[] =>
  listOf('list', stdout).map((entry) => ({
    name: textOf('list', entry, 'name'),
    state: textOf('list', entry, 'state'),
  }))

/** @param stdout of `multipass networks --format json` */
export const parseNetworks = (stdout: string): readonly Network[] =>
  listOf('networks', stdout).map((entry) => ({
    name: textOf('networks', entry, 'name'),
    type: textOf('networks', entry, 'type'),
  }))

/** @param stdout of `multipass version --format json` */
export const parseVersions = (stdout: string): Versions => {
  const answer = objectOf('version', stdout)
  const multipass = textOf('version', answer, 'multipass')
  return typeof answer.multipassd === 'string' ? { multipass, multipassd: answer.multipassd } : { multipass }
}

/** The object in the output, which a spinner may have written on before. */
const objectOf = (command: string, stdout: string): Fields => {
  const text = withoutControls(stdout)
  try {
    const value: unknown = JSON.parse(text.slice(text.indexOf('{'), text.lastIndexOf('}') + 1))
    if (isFields(value)) return value
  } catch {
    // said below
  }
  throw strange(command, text)
}

const listOf = (command: string, stdout: string): readonly Fields[] => {
  const { list } = objectOf(command, stdout)
  if (!Array.isArray(list) || !list.every(isFields)) throw strange(command, stdout)
  return list
}

const textOf = (command: string, entry: Fields, field: string): string => {
  const value = entry[field]
  if (typeof value !== 'string') throw strange(command, JSON.stringify(entry))
  return value
}

const isFields = (value: unknown): value is Fields => typeof value === 'object' && value !== null

const strange = (command: string, text: string): InfraError =>
  new InfraError(
    `multipass ${command} gave an answer that is not understood: ${text.trim().slice(0, 200) || 'nothing'}`,
    {
      hint: 'Versions 1.13 to 1.16 are known; `multipass version` says which this is.',
    },
  )

const running = new Set(['Running', 'Starting', 'Restarting', 'Delayed Shutdown', 'Suspending'])

/**
 * A state Multipass knows of as one of ours. Whatever it cannot use it calls Unknown, for one a machine whose daemon crashed
 * under it; it and any state of a later version count as off, so that it is started, which mends it.
 */
export const stateOf = (instance: Instance | undefined): MachineState => {
  if (instance === undefined || instance.state === 'Deleted') return 'absent'
  return running.has(instance.state) ? 'running' : 'off'
}
