import { z } from 'zod'
import { InfraError } from './errors.ts'
import type { Colour } from './plan/types.ts'
import { type Ssh, SshError, type SshHost } from './ssh/ssh.ts'

/** What `dns-lb status` of this checkout prints as its version. Whoever changes what a field means counts on, there and here. */
const ownVersion = 2

const colourState = (ports: { readonly port: number; readonly preview: number }) =>
  z.object({
    upstream: z.string().nullable(),
    running: z.boolean(),
    port: z.int().catch(ports.port),
    preview: z.int().catch(ports.preview),
    /** Not said: nothing newer is known of. */
    pending_upgrade: z.boolean().catch(false),
  })

// An lb may have the dns-lb of an older or a newer checkout. Fields that we do not know are passed over; of those that we do, only who
// serves must be there. What the others mean when they are missing, or are not what they were, stands beside them.
const statusSchema = z.object({
  /** Not said: it was written before versions were. */
  version: z.int().catch(1),
  active: z.enum(['blue', 'green']).nullable(),
  colours: z.object({
    blue: colourState({ port: 5301, preview: 5311 }),
    green: colourState({ port: 5302, preview: 5312 }),
  }),
  nginx: z.string().catch('unknown'),
  /** Not said: nobody knows how much is asked, which is not nothing. */
  counters: z.record(z.string(), z.number()).catch({}),
  /** Not said: none is known to be due. */
  reboot_required: z.boolean().catch(false),
})

/** What `dns-lb status` prints on an lb. */
export type LbStatus = z.output<typeof statusSchema>

/** What came of asking an lb. */
export type LbReading =
  | { readonly kind: 'status'; readonly status: LbStatus }
  /** The machine is there, but its role has not been applied yet. */
  | { readonly kind: 'no-role'; readonly error: InfraError }
  /** Its dns-lb says what cannot be read here. update-lbs replaces it. */
  | { readonly kind: 'foreign'; readonly error: InfraError }
  | { readonly kind: 'silent'; readonly error: SshError }

const runDnsLb = (ssh: Ssh, lb: SshHost, words: readonly string[]): Promise<string> =>
  ssh.run(lb, ['dns-lb', ...words], { timeoutMs: 120_000 })

/** Who serves on an lb, as far as it says. Throws nothing but what is no fault of the lb or of the way there. */
export const readLbStatus = async (ssh: Ssh, lb: SshHost): Promise<LbReading> => {
  try {
    return readStatus(lb, await runDnsLb(ssh, lb, ['status']))
  } catch (error) {
    if (!(error instanceof SshError)) throw error
    switch (error.command?.exitStatus) {
      case commandNotFound:
        return { kind: 'no-role', error: noRoleError(lb) }
      case usageFault:
        return { kind: 'foreign', error: foreignError(lb, error.stderr) }
      default:
        return { kind: 'silent', error }
    }
  }
}

/** Of every shell (POSIX, 2.8.2 Exit Status for Commands). */
const commandNotFound = 127
/** Of Python's argparse, for a verb that it does not know. */
const usageFault = 2

const readStatus = (lb: SshHost, output: string): LbReading => {
  const parsed = parseOutput(statusSchema, output)
  if (typeof parsed === 'string') return { kind: 'foreign', error: foreignError(lb, parsed) }
  return { kind: 'status', status: parsed }
}

/** @returns why it cannot be read, if so. */
const parseOutput = <S extends z.ZodType>(schema: S, output: string): z.output<S> | string => {
  try {
    const parsed = schema.safeParse(JSON.parse(output))
    if (parsed.success) return parsed.data
    return parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; ')
  } catch {
    return `not JSON: ${output}`
  }
}

const noRoleError = ({ name }: SshHost): InfraError =>
  new InfraError(`${name} has no dns-lb: its role has not been applied`, {
    hint: `Run again what was to set ${name} up. Where it serves already, rotate-lbs makes a new one.`,
  })

const foreignError = ({ name }: SshHost, detail: string): InfraError =>
  new InfraError(`the dns-lb on ${name} is of a version that cannot be read here (${oneLine(detail)})`, {
    hint: 'update-lbs --config-only brings that of this checkout there.',
  })

const oneLine = (text: string): string => text.trim().replace(/\s+/g, ' ').slice(0, 200)

/** @throws InfraError unless the lb says who serves there; SshError when it cannot be reached. */
export const getLbStatus = async (ssh: Ssh, lb: SshHost): Promise<LbStatus> => {
  const reading = await readLbStatus(ssh, lb)
  if (reading.kind === 'status') return reading.status
  throw reading.error
}

/** What is to be known of the program itself, undefined when it is that of this checkout. */
export const describeVersion = ({ version }: LbStatus): string | undefined => {
  if (version === ownVersion) return undefined
  return version < ownVersion
    ? 'its dns-lb is older than this checkout: update-lbs'
    : 'its dns-lb is newer than this checkout, which may be out of date'
}

const talkersSchema = z.object({
  talkers: z.array(z.object({ address: z.string(), packets: z.number() })),
})

/**
 * Who asked through port 53 within the last hour, most first; operators are not counted.
 * @throws InfraError when the lb says what cannot be read.
 */
export const readTalkers = async (ssh: Ssh, lb: SshHost): Promise<z.output<typeof talkersSchema>['talkers']> => {
  const parsed = parseOutput(talkersSchema, await runDnsLb(ssh, lb, ['talkers']))
  if (typeof parsed === 'string') throw foreignError(lb, parsed)
  return parsed.talkers
}

/**
 * Questions of clients since the firewall was loaded: UDP packets and TCP connections.
 * @throws InfraError (exit code 8) when the lb does not count them: that is not the same as none.
 */
export const countQuestions = ({ counters }: LbStatus): number => {
  const { udp, tcp } = counters
  if (udp !== undefined && tcp !== undefined) return udp + tcp
  throw new InfraError('An lb does not say how many questions it gets: nobody knows whether it is still asked', {
    exitCode: 8,
    hint: 'Run update-lbs --config-only, which puts dns-lb and firewall of the lbs right, then run this again.',
  })
}

/** Has the idle colour serve `upstream`; changes nothing when nginx refuses the configuration. */
export const stageLb = async (ssh: Ssh, lb: SshHost, upstream: string): Promise<void> => {
  await runDnsLb(ssh, lb, ['stage', '--upstream', upstream])
}

export const switchLb = async (ssh: Ssh, lb: SshHost, colour: Colour): Promise<void> => {
  await runDnsLb(ssh, lb, ['switch', '--to', colour])
}

export const retireColour = async (ssh: Ssh, lb: SshHost, colour: Colour): Promise<void> => {
  await runDnsLb(ssh, lb, ['retire', '--colour', colour])
}

/**
 * The running colour that sends to `upstream`; of two, the one that runs what is installed, then the active one. Undefined when
 * none does.
 */
export const colourOf = ({ active, colours }: LbStatus, upstream: string): Colour | undefined => {
  const order: readonly Colour[] = active === 'green' ? ['green', 'blue'] : ['blue', 'green']
  const fit = order.filter((colour) => colours[colour].running && colours[colour].upstream === upstream)
  return fit.find((colour) => !colours[colour].pending_upgrade) ?? fit[0]
}

/**
 * The idle colour that served until an update and still runs: it sends where the active one does, but from an older nginx or
 * configuration. Undefined when there is none to go back to.
 */
export const colourBefore = ({ active, colours }: LbStatus): Colour | undefined => {
  if (active === null || colours[active].pending_upgrade) return undefined
  const idle = colours[otherColour(active)]
  const isBefore = idle.running && idle.pending_upgrade && idle.upstream === colours[active].upstream
  return isBefore ? otherColour(active) : undefined
}

export const otherColour = (colour: Colour): Colour => (colour === 'blue' ? 'green' : 'blue')
