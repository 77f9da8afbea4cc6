import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { runShell } from '../../../../local/host/run.ts'
import { parseInstances, parseNetworks } from '../../../../local/machines/multipass/answer.ts'
import { type Outcome, runToItsEnd } from '../../../../local/machines/multipass/command.ts'
import { recorded } from './recorded.ts'
import { formatJson } from './stand-in/answers.ts'
import { createStandIn, type StandIn } from './stand-in/stand-in.ts'

const test = suite('local/machines/multipass/stand-in')

let standIn: StandIn
let bridge: string

test.before(async () => {
  standIn = await createStandIn()
  Object.assign(process.env, standIn.environment)
  bridge = `mp-${createHash('sha256').update(standIn.directory).digest('hex').slice(0, 8)}`
  await runShell(`ip link add ${bridge} type bridge
sysctl -qw net.ipv6.conf.${bridge}.disable_ipv6=1
ip link set ${bridge} up`)
})

const clean = async (): Promise<void> => {
  await standIn?.clean()
  if (bridge !== undefined) await runShell(`ip link del ${bridge} 2>/dev/null || true`)
}
test.after(clean)
process.once('SIGTERM', () => void clean().finally(() => process.exit(1)))

const multipass = (...args: readonly string[]): Promise<Outcome> => runToItsEnd([standIn.program, ...args])

const cards = (): readonly string[] =>
  ['96:00:00:00:00:01', '8a:00:00:00:00:01'].flatMap((mac) => ['--network', `name=${bridge},mode=manual,mac=${mac}`])

const launchArgs = (name: string): readonly string[] => [
  ...['launch', '--name', name, '--cpus', '1', '--memory', '512M', '--disk', '3G', '--timeout', '100'],
  ...cards(),
  'https://example.org/debian.qcow2',
]

const stateOf = async (name: string): Promise<string | undefined> =>
  parseInstances((await multipass('list', '--format', 'json')).stdout).find((instance) => instance.name === name)?.state

const untilState = async (name: string, wanted: string): Promise<void> => {
  for (let tries = 0; tries < 100 && (await stateOf(name)) !== wanted; tries += 1) await sleep(100)
  assert.is(await stateOf(name), wanted)
}

/** Where in a document which kinds of values are: what a program that reads it relies on. */
const shapeOf = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.slice(0, 1).map(shapeOf)
  if (typeof value !== 'object' || value === null) return typeof value
  return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, shapeOf(entry)]))
}

const documentOf = ({ stdout }: Outcome) => JSON.parse(stdout.slice(stdout.indexOf('{')))

test('writes JSON byte for byte as Multipass does', () => {
  for (const name of ['list-1.13', 'list-1.16', 'list-main', 'list-none', 'networks-1.16', 'info-1.16']) {
    assert.is(`${formatJson(JSON.parse(recorded(name)))}\n`, recorded(name))
  }
})

test('has no machines, and networks of this computer', async () => {
  const { stdout, exitCode } = await multipass('list', '--format', 'json')
  assert.is(exitCode, 0)
  assert.ok(stdout.endsWith(recorded('list-none')))
  const networks = parseNetworks((await multipass('networks', '--format', 'json')).stdout)
  assert.equal(
    networks.find(({ name }) => name === bridge),
    { name: bridge, type: 'bridge' },
  )
})

const missing = (command: string): string =>
  `${command} failed: The following errors occurred:\ninstance "nope" does not exist\n`

for (const [title, args, code, stderr] of [
  ['an unknown option', ['list', '--bogus'], 1, "Unknown option 'bogus'.\n"],
  ['info of nothing', ['info', 'nope', '--format', 'json'], 2, missing('info')],
  ['exec in nothing', ['exec', 'nope', '--', 'true'], 2, missing('exec')],
  ['a stop of nothing', ['stop', 'nope'], 2, missing('stop')],
  ['a removal of nothing', ['delete', '--purge', 'nope'], 2, missing('delete')],
  ['a start of nothing', ['start', 'nope'], 2, "start failed: instance(s) missing\nInstance 'nope' does not exist.\n"],
  [
    'an impossible name',
    ['launch', '--name', 'bad_name'],
    2,
    'launch failed: Invalid arguments supplied\nInvalid instance name supplied: bad_name\n',
  ],
  [
    'a bridge that is not there',
    ['launch', '--name', 'a', '--network', 'name=nowhere,mode=manual,mac=96:00:00:00:00:01'],
    2,
    'launch failed: Invalid arguments supplied\nInvalid network options supplied\n',
  ],
  [
    'an image that is not there',
    ['launch', '--name', 'a', 'file:///nowhere.qcow2'],
    2,
    'launch failed: Custom image `/nowhere.qcow2` does not exist.\n',
  ],
] as const) {
  test(`refuses ${title}`, async () => {
    const outcome = await multipass(...args)
    assert.equal([outcome.exitCode, outcome.stderr], [code, stderr])
  })
}

test('refuses user data that is a script', async () => {
  const input = '#!/bin/sh\ntouch /x || exit 1\n'
  const outcome = await runToItsEnd([standIn.program, 'launch', '--name', 'a', '--cloud-init', '-'], { input })
  assert.is(outcome.exitCode, 1)
  assert.match(outcome.stderr, /^Could not load cloud-init configuration: .*illegal map value/)
})

test('does not answer without its directory', async () => {
  const nowhere = ['env', 'MULTIPASS_STAND_IN=/nowhere', standIn.program]
  const { exitCode, stderr } = await runToItsEnd([...nowhere, 'list', '--format', 'json'])
  assert.equal([exitCode, stderr], [2, 'list failed: cannot connect to the multipass socket\n'])
})

test('goes on with a launch whose client was killed', async () => {
  const [, ...args] = [standIn.program, ...launchArgs('one')]
  const client = spawn(standIn.program, args, { stdio: ['ignore', 'pipe', 'ignore'] })
  const ended = once(client, 'exit')
  await once(client.stdout, 'data')
  await untilState('one', 'Starting')
  client.kill('SIGKILL')
  await ended
  await untilState('one', 'Running')
})

test('has machines with the cards asked for, and no address on this side', async () => {
  const { stdout } = await multipass(
    'exec',
    'one',
    '--',
    'sh',
    '-c',
    'whoami; cat /sys/class/net/ens[45]/address; hostname',
  )
  assert.is(stdout, 'ubuntu\n96:00:00:00:00:01\n8a:00:00:00:00:01\none\n')
  assert.is((await runShell(`ip -br link show master ${bridge}`)).trim().split('\n').length, 2)
  assert.is(
    await runShell(`ip -br addr show master ${bridge} | awk 'NF > 2'; ip -br addr show ${bridge} | awk 'NF > 2'`),
    '',
  )
})

test('passes input, outputs and exit code of a command through', async () => {
  const script = 'id -u; echo complaint >&2; exit 7'
  const { exitCode, stdout, stderr } = await runToItsEnd([standIn.program, 'exec', 'one', '--', 'sudo', 'sh', '-es'], {
    input: script,
  })
  assert.equal([exitCode, stdout, stderr], [7, '0\n', 'complaint\n'])
})

test('answers in the shape of the recorded answers', async () => {
  await runToItsEnd([standIn.program, 'exec', 'one', '--', 'sudo', 'ip', 'addr', 'add', '10.91.0.11/24', 'dev', 'ens4'])
  const list = documentOf(await multipass('list', '--format', 'json'))
  assert.equal(shapeOf(list), shapeOf(JSON.parse(recorded('list-1.16'))))
  assert.equal(list.list[0].ipv4, ['10.173.41.2', '10.91.0.11'])
  const info = documentOf(await multipass('info', 'one', '--format', 'json'))
  const { 'tw-0123abcd-m11': known } = JSON.parse(recorded('info-1.16')).info
  assert.equal(shapeOf(info), shapeOf({ errors: [], info: { one: known } }))
})

test('starts a machine that is off for a command', async () => {
  assert.is((await multipass('stop', 'one')).exitCode, 0)
  const [stopped] = documentOf(await multipass('list', '--format', 'json')).list
  assert.equal(stopped, { ipv4: [], name: 'one', release: 'Not Available', state: 'Stopped' })
  assert.is((await multipass('exec', 'one', '--', 'true')).exitCode, 0)
  assert.is(await stateOf('one'), 'Running')
})

test('keeps what was deleted until it is purged', async () => {
  assert.is((await multipass('delete', 'one')).exitCode, 0)
  assert.is(await stateOf('one'), 'Deleted')
  assert.is((await multipass(...launchArgs('one'))).stderr, 'launch failed: instance "one" already exists\n')
  assert.is((await multipass('recover', 'one')).exitCode, 0)
  assert.is(await stateOf('one'), 'Stopped')
})

test('cuts the power, but not in old versions', async () => {
  await multipass('start', 'one')
  await standIn.setVersion('1.13.1')
  const old = await multipass('stop', '--force', 'one')
  assert.equal([old.exitCode, old.stderr], [1, "Unknown option 'force'.\n"])
  await standIn.setVersion('1.16.3')
  assert.is((await multipass('stop', '--force', 'one')).exitCode, 0)
  assert.is(await stateOf('one'), 'Stopped')
})

test('breaks when two launches come at once, and knows nothing of their machines any more', async () => {
  const outcomes = await Promise.all(['two', 'three'].map((name) => multipass(...launchArgs(name))))
  assert.equal(
    outcomes.map(({ exitCode }) => exitCode),
    [2, 2],
  )
  assert.is((await standIn.crashes()).length, 1)
  const states = [await stateOf('two'), await stateOf('three')].filter((state) => state !== undefined)
  assert.equal(states, ['Unknown'])
})

test.run()
