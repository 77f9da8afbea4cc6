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

/** The running colour that sends to `upstream`, the active one first; undefined when none does. */
export const colourOf = ({ active, colours }: LbStatus, upstream: string): Colour | undefined => {
  const order: readonly Colour[] = active === 'green' ? ['green', 'blue'] : ['blue', 'green']
  return order.find((colour) => colours[colour].running && colours[colour].upstream === upstream)
}

export const otherColour = (colour: Colour): Colour => (colour === 'blue' ? 'green' : 'blue')
