import { execFile, execFileSync } from 'node:child_process'
import { copyFileSync, cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { parseEnv, promisify } from 'node:util'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { knownHostsLine } from '../../lib/ssh/known-hosts.ts'
import { assertSays, expectScript, type Outcome, startScript } from './command.ts'
import { createFleet, type Fleet } from './fleet.ts'
import { assertNothingLost, ofIpv4, startLoads } from './load.ts'
import { startTwin, type Twin } from './twin.ts'

const deploys = suite('scripts/deploy-infra on real machines')

/** Through each lb at once; what two shared cores hold beside four machines, Ansible and the load generator itself. */
const queriesPerSecond = 1000

let twin: Twin
let fleet: Fleet
const treeBefore = execFileSync('git', ['status', '--porcelain'], { encoding: 'utf8' }).split('\n')
const scratch = mkdtempSync(path.join(tmpdir(), 'deploy-'))

deploys.before(async () => {
  twin = await startTwin()
  fleet = createFleet(twin)
})
deploys.after(async () => {
  await twin?.down()
  rmSync(scratch, { recursive: true, force: true })
})

const deploy = (...args: readonly string[]): Promise<Outcome> =>
  expectScript(0, 'deploy-infra', ['--env-file', twin.envFile, '--yes', '--yes-delete', ...args])

deploys('bootstrap makes everything from nothing, and prints the glue', async () => {
  const { stdout } = await expectScript(0, 'bootstrap-infra', ['--env-file', twin.envFile, '--yes'])
  assertSays(stdout, /ns1\.example\.test {2}198\.18\.\d+\.\d+ {2}2001:2:/)
  await fleet.assertNothingBeside()
  await fleet.everyAnswerIsOf(await fleet.generationOf('ns1'))
})

deploys('bootstrap run again finds nothing to do', async () => {
  const before = await twin.snapshot()
  const { stderr } = await expectScript(0, 'bootstrap-infra', ['--env-file', twin.envFile, '--yes'])
  assertSays(stderr, /Nothing to do/)
  assert.equal(await twin.snapshot(), before)
})

deploys('a dry run prints the plan, says 3, and changes nothing', async () => {
  const before = await twin.snapshot()
  const { stdout } = await expectScript(3, 'deploy-infra', ['--env-file', twin.envFile, '--dry-run'])
  assertSays(stdout, /Switch lb1 to ns1-next/)
  assert.equal(await twin.snapshot(), before)
})

deploys('without a terminal and without --yes it asks nothing, says 2 and names the flag', async () => {
  const before = await twin.snapshot()
  const refused = await expectScript(2, 'deploy-infra', ['--env-file', twin.envFile])
  assertSays(refused.stderr, /--yes/)
  const half = await expectScript(2, 'deploy-infra', ['--env-file', twin.envFile, '--yes'])
  assertSays(half.stderr, /--yes-delete or --keep-old/)
  assert.equal(await twin.snapshot(), before)
})

deploys('under load from dnsperf a deployment loses no query and answers none wrongly', async () => {
  const before = await fleet.generationOf('ns1')
  const loads = startLoads(ofIpv4(await fleet.lbAddresses()), queriesPerSecond)
  const { stdout } = await deploy()
  await assertNothingLost(loads, queriesPerSecond * 10)
  assertSays(stdout, /The witness asked all the while/)
  await fleet.assertReplaced(before)
})

deploys('killed in the middle of the switch, the next run finishes the same generation', async () => {
  const script = startScript('deploy-infra', ['--env-file', twin.envFile, '--yes', '--yes-delete', '--json'])
  await script.saw(/"kind":"switch-lb","state":"done"/)
  process.kill(script.pid, 'SIGKILL')
  await script.ended
  const begun = await fleet.generationOf('ns1-next')
  const { stderr } = await deploy()
  assertSays(stderr, new RegExp(`unfinished deployment of generation ${begun}`))
  assert.is(await fleet.generationOf('ns1'), begun)
  await fleet.everyAnswerIsOf(begun)
  await fleet.assertNothingBeside()
})

deploys('status shows the generation everywhere and no drift', async () => {
  const { stdout } = await expectScript(0, 'status', ['--env-file', twin.envFile, '--json'])
  const status = JSON.parse(stdout)
  const generation = Number(await fleet.generationOf('ns1'))
  assert.equal(status.drift, [])
  assert.equal([...new Set(status.answers.map((answer: { serial: number }) => answer.serial))], [generation])
  assert.ok(status.lbs.every((lb: { status: { active: string } }) => ['blue', 'green'].includes(lb.status.active)))
})

deploys('the unmodified hcloud lists the machines and opens a shell on them, their host keys verified', async () => {
  const { HCLOUD_ENDPOINT, HCLOUD_TOKEN } = parseEnv(readFileSync(twin.envFile, 'utf8'))
  const env = { PATH: process.env.PATH ?? '', HOME: scratch, HCLOUD_ENDPOINT, HCLOUD_TOKEN }
  const hcloud = (...args: readonly string[]) => promisify(execFile)('hcloud', [...args], { env })
  const { stdout: list } = await hcloud('server', 'list', '-o', 'noheader', '-o', 'columns=name,status')
  assert.match(list, /lb1 +running/)
  const server = await fleet.machine('lb1')
  const knownHosts = path.join(scratch, 'known_hosts')
  writeFileSync(knownHosts, server.hostKeys.map((key) => `${knownHostsLine(server.ipv4, key)}\n`).join(''))
  const options = [
    'StrictHostKeyChecking=yes',
    `UserKnownHostsFile=${knownHosts}`,
    `IdentityFile=${path.join(twin.state, 'id_ed25519')}`,
  ]
  const { stdout } = await hcloud(
    'server',
    'ssh',
    'lb1',
    ...options.flatMap((option) => ['-o', option]),
    '--',
    'hostname',
  )
  assert.is(stdout.trim(), 'lb1')
})

/** What must hold after every failure: the old nameservers serve, the lock is free, and the message says what to do. */
const failsSafely = async (
  code: number,
  message: RegExp,
  args: readonly string[],
  env: NodeJS.ProcessEnv = {},
): Promise<void> => {
  const generation = await fleet.generationOf('ns1')
  const words = ['--env-file', twin.envFile, '--yes', '--yes-delete', ...args]
  const { stderr } = await expectScript(code, 'deploy-infra', words, env)
  assertSays(stderr, message)
  await fleet.everyAnswerIsOf(generation)
  await fleet.assertNotLocked()
}

const changedConfig = (name: string, change: (text: string) => string): string => {
  const file = path.join(scratch, `${name}.config.mjs`)
  const text = readFileSync('infra.config.ts', 'utf8')
    .replace(/^import .*$/m, '')
    .replace(/ satisfies InfraConfig/, '')
  writeFileSync(file, change(text))
  return file
}

deploys('a broken zone file is refused before anything is made', async () => {
  const zones = path.join(scratch, 'zones')
  cpSync('ansible/zones', zones, { recursive: true })
  writeFileSync(
    path.join(zones, 'example2.test.zone'),
    `${readFileSync('ansible/zones/example2.test.zone', 'utf8')}\nbroken IN A 300.1.1.1\n`,
  )
  const config = changedConfig('zones', (text) => text.replace("'ansible/zones'", JSON.stringify(zones)))
  await failsSafely(2, /example2\.test\.zone/, ['--config', config])
})

deploys('a broken config names the field', () =>
  failsSafely(2, /pairs/, [
    '--config',
    changedConfig('pairs', (text) => text.replace(/pairs: \[[\s\S]*?\],\n {2}image/, 'pairs: [],\n  image')),
  ]),
)

deploys('a wrong token is named as such', async () => {
  const file = path.join(scratch, 'wrong.env')
  copyFileSync(twin.envFile, file)
  writeFileSync(file, readFileSync(file, 'utf8').replace(/HCLOUD_TOKEN=.*/, 'HCLOUD_TOKEN=wrong'))
  const { stderr } = await expectScript(2, 'deploy-infra', ['--env-file', file, '--yes', '--yes-delete'])
  assertSays(stderr, /token/i)
  assert.not.match(stderr, /=wrong/)
})

deploys('a full location stops before anything is made', async () => {
  for (const serverType of ['cpx22', 'cpx12', 'cx23'])
    await twin.fault({ unavailable: { serverType, location: 'hel1' } })
  await failsSafely(1, /Pair 2 cannot be ordered: cpx22 is sold out in hel1/, [])
  await twin.clearFaults()
})

deploys('a name that somebody else took is not touched', async () => {
  const [image] = await twin.cloud.images.list({ name: 'debian-12' })
  const server = await twin.cloud.servers.createReady(
    { name: 'ns1-next', server_type: 'cpx22', image: image?.id ?? 0, location: 'fsn1', start_after_create: false },
    { timeoutMs: 60_000 },
  )
  await failsSafely(1, /ns1-next .*already taken/, [])
  assert.is((await twin.cloud.servers.get(server.id)).name, 'ns1-next')
  await twin.cloud.servers.delete(server.id)
})

deploys('an lb whose nginx refuses the configuration keeps its old one', async () => {
  const template = '/etc/dns-lb/nginx.conf.template'
  await fleet.onMachine('lb2', `cp ${template} /root/template && echo 'bogus;' >> ${template}`)
  await failsSafely(4, /lb2 refused the new configuration[\s\S]*bogus[\s\S]*No traffic has moved/, [])
  await fleet.onMachine('lb2', `cp /root/template ${template}`)
})

deploys('run again once that is mended, it goes on with the same servers', async () => {
  const begun = await fleet.generationOf('ns1-next')
  await deploy()
  await fleet.everyAnswerIsOf(begun)
})

deploys('a nameserver that stops answering before the switch never gets traffic', async () => {
  const script = startScript('deploy-infra', ['--env-file', twin.envFile, '--yes', '--yes-delete', '--json'])
  const generation = await fleet.generationOf('ns1')
  await script.saw(/"kind":"configure","state":"done"/)
  await script.pausedWhile(() => fleet.onMachine('ns2-next', 'systemctl stop named'))
  const { code, stderr } = await script.ended
  assert.is(code, 4, stderr)
  assertSays(stderr, /ns2-next does not answer as it must[\s\S]*No traffic has moved/)
  await fleet.everyAnswerIsOf(generation)
  await fleet.assertNotLocked()
})

deploys('when the new nameserver fails after the switch, the lb is switched back', async () => {
  const script = startScript('deploy-infra', ['--env-file', twin.envFile, '--yes', '--yes-delete', '--json'])
  const generation = await fleet.generationOf('ns1')
  await script.saw(/"kind":"switch-lb","state":"done"/)
  await script.pausedWhile(() => fleet.onMachine('ns1-next', 'systemctl stop named'))
  const { code, stderr } = await script.ended
  assert.is(code, 4, stderr)
  assertSays(stderr, /lb1 port 53 does not answer as it must[\s\S]*switched back: the old nameservers serve again/)
  await fleet.everyAnswerIsOf(generation)
  await fleet.assertNotLocked()
})

deploys('an interrupt lets the current step end, frees the lock and says how to go on', async () => {
  const script = startScript('deploy-infra', ['--env-file', twin.envFile, '--yes', '--yes-delete', '--json'])
  const generation = await fleet.generationOf('ns1')
  await script.saw(/"kind":"await-server","state":"started"/)
  process.kill(script.pid, 'SIGINT')
  const { code, stdout, stderr } = await script.ended
  assert.is(code, 130, stderr)
  assertSays(stdout, /"kind":"await-server","state":"done"/)
  assert.not.match(stdout, /"kind":"configure","state":"started"/)
  assertSays(stderr, /Run the same command again/)
  await fleet.everyAnswerIsOf(generation)
  await fleet.assertNotLocked()
})

deploys('an interrupt right after a switch lets it be proven, and says which lb has moved', async () => {
  const script = startScript('deploy-infra', ['--env-file', twin.envFile, '--yes', '--yes-delete', '--json'])
  await script.saw(/"kind":"switch-lb","state":"done"/)
  await script.pausedWhile(async () => process.kill(script.pid, 'SIGINT'))
  const { code, stdout, stderr } = await script.ended
  assert.is(code, 130, stderr)
  assertSays(stdout, /"step":"Check ns1-next through port 53 of lb1","kind":"verify-lb","state":"done"/)
  assert.not.match(stdout, /"step":"Switch lb2 to ns2-next"/)
  assertSays(stderr, /lb1 sends to the new nameservers already, lb2 sends to the old still/)
  await fleet.assertNotLocked()
  const begun = await fleet.generationOf('ns1-next')
  await deploy()
  await fleet.everyAnswerIsOf(begun)
})

deploys('settings of Ansible in the shell change nothing', async () => {
  const shell = { ANSIBLE_SKIP_TAGS: 'all', ANSIBLE_FORCE_COLOR: '1', ANSIBLE_STDOUT_CALLBACK: 'json', LC_ALL: 'C' }
  const before = await fleet.generationOf('ns1')
  await expectScript(0, 'deploy-infra', ['--env-file', twin.envFile, '--yes', '--yes-delete'], shell)
  await fleet.assertReplaced(before)
})

deploys('--fresh begins with new servers, --keep-old keeps the old ones warm', async () => {
  const left = await fleet.generationOf('ns1-next')
  await expectScript(0, 'deploy-infra', ['--env-file', twin.envFile, '--yes', '--yes-delete', '--keep-old', '--fresh'])
  assert.is.not(await fleet.generationOf('ns1'), left)
  assert.equal(await fleet.namesOfServers(), ['lb1', 'lb2', 'ns1', 'ns1-old', 'ns2', 'ns2-old'])
  await expectScript(0, 'status', ['--env-file', twin.envFile])
})

deploys('the next deployment removes what was kept warm', async () => {
  await deploy()
  await fleet.assertNothingBeside()
})

deploys('the work tree is as it was', async () => {
  const { stdout } = await promisify(execFile)('git', ['status', '--porcelain'])
  assert.equal(
    stdout.split('\n').filter((line) => !treeBefore.includes(line)),
    [],
  )
})

deploys.run()
