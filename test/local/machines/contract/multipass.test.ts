import { spawn } from 'node:child_process'
import { once } from 'node:events'
import path from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { signal } from '../../../../local/host/process.ts'
import { runOrFail } from '../../../../local/host/run.ts'
import { machineName } from '../../../../local/machines/machine.ts'
import { findProcesses, type Recognise } from '../../../../local/twin/processes.ts'
import { createStandIn } from '../multipass/stand-in/stand-in.ts'
import { untilTrue } from './host.ts'
import { promiseMachines, promiseNothingLeft } from './real.ts'

const test = suite('local/machines/contract: Multipass (stand-in)')

const standIn = await createStandIn()
Object.assign(process.env, standIn.environment)

const contract = promiseMachines(
  test,
  { kind: 'multipass' },
  { killAfterMs: [1000, 4000], cleanBackend: () => standIn.clean() },
)
const { host, machines } = contract

/** Recognises the client of a launch. */
const isLaunchOf =
  (name: string): Recognise =>
  (argv) =>
    argv.includes('launch') && argv.includes(name) && argv.some((argument) => /\/stand-in\/main\.[jt]s$/.test(argument))

const listed = (): Promise<string> => runOrFail([standIn.program, 'list', '--format', 'json'])

test('makes a machine whose launch failed the time before, and keeps nothing of the failed one', async () => {
  await machines().create(await host().specOf(21))
  await standIn.failNextLaunch('no space left on device')
  const failure = await machines()
    .start(21)
    .then(
      () => 'nothing failed',
      (reason: unknown) => String(reason),
    )
  assert.match(failure, /multipass launch failed \(2\): launch failed: no space left on device/)
  assert.not.match(await listed(), /-m21/)
  assert.is(await machines().state(21), 'off')
  assert.ok((await machines().list()).includes(21))
})

test('makes a machine whose launch goes on without anybody to wait for it', async () => {
  const program = path.join(import.meta.dirname, 'start.ts')
  const starter = spawn(process.execPath, ['--import', 'tsx', program, host().stateDir, '21'], { stdio: 'ignore' })
  const ended = once(starter, 'exit')
  await untilTrue('the machine is being launched', async () => /Starting/.test(await listed()))
  starter.kill('SIGKILL')
  for (const client of await findProcesses(isLaunchOf(machineName(host().layout, 21)))) signal(client, 'SIGKILL')
  await ended
  await machines().start(21)
  await host().untilReady(21)
  assert.is(await host().ssh(21, 'hostname; cat /root/ran'), 'host21\ndone')
  await machines().destroy(21)
})

test('never launches a machine while another one is being launched', async () => {
  assert.equal(await standIn.crashes(), [])
})

promiseNothingLeft(test, contract)

test.run()
