import type { Clock } from '../../../lib/clock.ts'
import { InfraError } from '../../../lib/errors.ts'
import { guestEnvironment } from './guest-environment.ts'

/** Sends one command to the guest agent of QEMU in a machine and returns its answer. */
export type AskAgent = (command: string) => Promise<string>

interface Status {
  readonly exited: boolean
  readonly exitcode?: number
  readonly signal?: number
  readonly 'out-data'?: string
  readonly 'err-data'?: string
}

const encode = (text: string): string => Buffer.from(text).toString('base64')
const decode = (text = ''): string => Buffer.from(text, 'base64').toString()

const answerOf = <T>(text: string): T => (JSON.parse(text) as { readonly return: T }).return

/**
 * Runs shell text as root in a machine, through a serial line and not the network.
 * @throws InfraError with what it said on standard error
 */
export const runByAgent = async (ask: AskAgent, text: string, clock: Clock): Promise<string> => {
  const program = {
    path: '/bin/sh',
    arg: ['-es'],
    env: guestEnvironment,
    'input-data': encode(text),
    'capture-output': true,
  }
  const { pid } = answerOf<{ readonly pid: number }>(
    await ask(JSON.stringify({ execute: 'guest-exec', arguments: program })),
  )
  const look = JSON.stringify({ execute: 'guest-exec-status', arguments: { pid } })
  for (let waitMs = 20; ; waitMs = Math.min(waitMs * 2, 500)) {
    const status = answerOf<Status>(await ask(look))
    if (status.exited) return outputOf(status)
    await clock.sleep(waitMs)
  }
}

const outputOf = (status: Status): string => {
  if (status.exitcode === 0) return decode(status['out-data'])
  const complaint = decode(status['err-data']).trim().slice(-2000)
  throw new InfraError(`sh failed (${status.exitcode ?? `signal ${status.signal}`}): ${complaint || 'no message'}`)
}
