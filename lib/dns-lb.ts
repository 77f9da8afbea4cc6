import { z } from 'zod'
import { InfraError } from './errors.ts'
import type { Colour } from './plan/types.ts'
import type { Ssh, SshHost } from './ssh/ssh.ts'

const colourState = z.object({
  upstream: z.string().nullable(),
  running: z.boolean(),
  port: z.int(),
  preview: z.int(),
  pending_upgrade: z.boolean(),
})

const statusSchema = z.object({
  active: z.enum(['blue', 'green']).nullable(),
  colours: z.object({ blue: colourState, green: colourState }),
  nginx: z.string(),
  counters: z.record(z.string(), z.number()),
  reboot_required: z.boolean(),
})

/** What `dns-lb status` prints on an lb. */
export type LbStatus = z.output<typeof statusSchema>

const runDnsLb = async (ssh: Ssh, lb: SshHost, words: readonly string[]): Promise<unknown> => {
  const output = await ssh.run(lb, ['dns-lb', ...words], { timeoutMs: 120_000 })
  try {
    return JSON.parse(output)
  } catch (cause) {
    throw new InfraError(`${lb.name}: dns-lb ${words[0]} did not answer with JSON: ${output.slice(0, 200)}`, { cause })
  }
}

export const readLbStatus = async (ssh: Ssh, lb: SshHost): Promise<LbStatus> =>
  statusSchema.parse(await runDnsLb(ssh, lb, ['status']))

const talkersSchema = z.object({
  talkers: z.array(z.object({ address: z.string(), packets: z.number() })),
})

/** Who asked through port 53 within the last hour, most first; operators are not counted. */
export const readTalkers = async (ssh: Ssh, lb: SshHost): Promise<z.output<typeof talkersSchema>['talkers']> =>
  talkersSchema.parse(await runDnsLb(ssh, lb, ['talkers'])).talkers

/** Questions of clients since the firewall was loaded: UDP packets and TCP connections. */
export const countQuestions = ({ counters }: LbStatus): number => (counters.udp ?? 0) + (counters.tcp ?? 0)

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
