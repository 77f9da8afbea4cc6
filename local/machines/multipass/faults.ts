import type { Fault } from '../../host/fault.ts'
import { findMissing, installCommand } from '../../host/programs.ts'
import { parseNetworks, parseVersions } from './answer.ts'
import { createMultipassProgram, type Multipass, type Outcome } from './command.ts'
import { describeFailure } from './failure.ts'

/** The first whose options and answers are known to be those used here. */
const oldest = [1, 13] as const

/** What keeps Multipass from making machines on this computer; undefined if nothing does. Changes nothing. */
export const findMultipassFault = async (): Promise<Fault | undefined> => {
  const multipass = createMultipassProgram()
  const answer = await multipass.attempt(['version', '--format', 'json'], { timeoutMs: 20_000 }).catch(() => undefined)
  if (answer === undefined) return missingProgram()
  return (await faultOfVersion(answer)) ?? (await faultOfNetworks(multipass))
}

const missingProgram = async (): Promise<Fault> => {
  const snap = await findMissing([['snap', 'snapd']])
  const commands = snap.length === 0 ? [] : [installCommand(['snapd'])]
  return { detail: 'missing: multipass', remedy: [...commands, 'sudo snap install multipass'].join('\n') }
}

const faultOfVersion = async ({ exitCode, isTimedOut, stdout, stderr }: Outcome): Promise<Fault | undefined> => {
  if (exitCode !== 0) return silentDaemon(isTimedOut ? 'it does not answer' : describeFailure(stderr))
  const { multipass, multipassd } = parseVersions(stdout)
  if (multipassd === undefined) return silentDaemon('its daemon does not answer')
  const old = [multipass, multipassd].find(isTooOld)
  if (old === undefined) return undefined
  return {
    detail: `Multipass ${old} is too old: ${oldest.join('.')} or later is needed`,
    remedy: 'sudo snap refresh multipass',
  }
}

const isTooOld = (version: string): boolean => {
  const [major = 0, minor = 0] = version.split('.').map((part) => Number.parseInt(part, 10))
  return major < oldest[0] || (major === oldest[0] && minor < oldest[1])
}

const silentDaemon = (detail: string): Fault => ({
  detail: `Multipass: ${detail}`,
  remedy: 'sudo snap restart multipass',
})

/** Not every driver of its daemon can plug machines into bridges of this computer. */
const faultOfNetworks = async (multipass: Multipass): Promise<Fault | undefined> => {
  const answer = await multipass.attempt(['networks', '--format', 'json'], { timeoutMs: 20_000 })
  if (answer.exitCode === 0) {
    parseNetworks(answer.stdout)
    return undefined
  }
  const reason = describeFailure(answer.stderr)
  if (/cannot connect/.test(reason)) return silentDaemon('its daemon does not answer')
  return { detail: `Multipass has no networks: ${reason}`, remedy: 'sudo multipass set local.driver=qemu' }
}
