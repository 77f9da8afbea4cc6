import { execFile, execFileSync } from 'node:child_process'
import { copyFileSync, cpSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { parseEnv, promisify } from 'node:util'
import type { Test } from 'uvu'
import * as assert from 'uvu/assert'
import { knownHostsLine } from '../../lib/ssh/known-hosts.ts'
import { assertSays, expectCode, type Outcome, runScript } from './command.ts'
import type { Lab } from './lab.ts'
import { assertNothingLost, ofIpv4, startLoads } from './load.ts'

/** Through each lb at once; what two shared cores hold beside four machines, Ansible and the load generator itself. */
const queriesPerSecond = 1000

const runIn = (root: string, code: number, args: readonly string[], env: NodeJS.ProcessEnv = {}) =>
  runScript('deploy-infra', args, env, root).then(expectCode(code))

export const promiseDeployments = (deploys: Test, lab: Lab): void => {
  const laptop = lab.laptop('laptop')
  const workTree = (): string => execFileSync('git', ['status', '--porcelain'], { cwd: laptop.root, encoding: 'utf8' })
  const treeBefore = workTree()

  const deploy = (): Promise<Outcome> => laptop.expect(0, 'deploy-infra', '--yes-delete')

  deploys('bootstrap run again finds nothing to do', async () => {
    const before = await lab.twin().snapshot()
    const { stderr } = await laptop.expect(0, 'bootstrap-infra')
    assertSays(stderr, /Nothing to do/)
    assert.equal(await lab.twin().snapshot(), before)
  })

  deploys('a dry run prints the plan, says 3, and changes nothing', async () => {
    const before = await lab.twin().snapshot()
    const { stdout } = await laptop.expect(3, 'deploy-infra', '--dry-run')
    assertSays(stdout, /Switch lb1 to ns1-next/)
    assert.equal(await lab.twin().snapshot(), before)
  })

  deploys('without a terminal and without --yes it asks nothing, says 2 and names the flag', async () => {
    const before = await lab.twin().snapshot()
    const refused = await laptop.expectUnanswered(2, 'deploy-infra')
    assertSays(refused.stderr, /--yes/)
    const half = await laptop.expect(2, 'deploy-infra')
    assertSays(half.stderr, /--yes-delete or --keep-old/)
    assert.equal(await lab.twin().snapshot(), before)
  })

  deploys('under load from dnsperf a deployment loses no query and answers none wrongly', async () => {
    const before = await lab.fleet().generationOf('ns1')
    const loads = startLoads(ofIpv4(await lab.fleet().lbAddresses()), queriesPerSecond)
    const { stdout } = await deploy()
    await assertNothingLost(loads, queriesPerSecond * 10)
    assertSays(stdout, /The witness asked all the while/)
    await lab.fleet().assertReplaced(before)
  })

  deploys('killed in the middle of the switch, the next run finishes the same generation', async () => {
    const script = laptop.start('deploy-infra', '--yes-delete', '--json')
    await script.saw(/"kind":"switch-lb","state":"done"/)
    process.kill(script.pid, 'SIGKILL')
    await script.ended
    const begun = await lab.fleet().generationOf('ns1-next')
    const { stderr } = await deploy()
    assertSays(stderr, new RegExp(`unfinished deployment of generation ${begun}`))
    assert.is(await lab.fleet().generationOf('ns1'), begun)
    await lab.fleet().everyAnswerIsOf(begun)
    await lab.fleet().assertNothingBeside()
  })

  deploys('status shows the generation everywhere and no drift', async () => {
    const { stdout } = await laptop.expectUnanswered(0, 'status', '--json')
    const status = JSON.parse(stdout)
    const generation = Number(await lab.fleet().generationOf('ns1'))
    assert.equal(status.drift, [])
    assert.equal([...new Set(status.answers.map((answer: { serial: number }) => answer.serial))], [generation])
    assert.ok(status.lbs.every((lb: { status: { active: string } }) => ['blue', 'green'].includes(lb.status.active)))
  })

  deploys('the unmodified hcloud lists the machines and opens a shell on them, their host keys verified', async () => {
    const { HCLOUD_ENDPOINT, HCLOUD_TOKEN } = parseEnv(readFileSync(lab.twin().envFile, 'utf8'))
    const env = { PATH: process.env.PATH ?? '', HOME: lab.scratch, HCLOUD_ENDPOINT, HCLOUD_TOKEN }
    const hcloud = (...args: readonly string[]) => promisify(execFile)('hcloud', [...args], { env })
    const { stdout: list } = await hcloud('server', 'list', '-o', 'noheader', '-o', 'columns=name,status')
    assert.match(list, /lb1 +running/)
    const server = await lab.fleet().machine('lb1')
    const knownHosts = path.join(lab.scratch, 'known_hosts')
    writeFileSync(knownHosts, server.hostKeys.map((key) => `${knownHostsLine(server.ipv4, key)}\n`).join(''))
    const options = [
      'StrictHostKeyChecking=yes',
      `UserKnownHostsFile=${knownHosts}`,
      `IdentityFile=${path.join(lab.twin().state, 'id_ed25519')}`,
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
  const failsSafely = async (code: number, message: RegExp, ...args: readonly string[]): Promise<void> => {
    const generation = await lab.fleet().generationOf('ns1')
    const { stderr } = await laptop.expect(code, 'deploy-infra', '--yes-delete', ...args)
    assertSays(stderr, message)
    await lab.fleet().everyAnswerIsOf(generation)
    await lab.fleet().assertNotLocked()
  }

  const changedConfig = (name: string, change: (text: string) => string): string => {
    const file = path.join(lab.scratch, `${name}.config.mjs`)
    const text = readFileSync(path.join(laptop.root, 'infra.config.ts'), 'utf8')
      .replace(/^import .*$/m, '')
      .replace(/ satisfies InfraConfig/, '')
    writeFileSync(file, change(text))
    return file
  }

  deploys('a broken zone file is refused before anything is made', async () => {
    const zones = path.join(lab.scratch, 'zones')
    cpSync('ansible/zones', zones, { recursive: true })
    writeFileSync(
      path.join(zones, 'example2.test.zone'),
      `${readFileSync('ansible/zones/example2.test.zone', 'utf8')}\nbroken IN A 300.1.1.1\n`,
    )
    const config = changedConfig('zones', (text) => text.replace("'ansible/zones'", JSON.stringify(zones)))
    await failsSafely(2, /example2\.test\.zone/, '--config', config)
  })

  deploys('a broken config names the field', () =>
    failsSafely(
      2,
      /pairs/,
      '--config',
      changedConfig('pairs', (text) => text.replace(/pairs: \[[\s\S]*?\],\n {2}image/, 'pairs: [],\n  image')),
    ),
  )

  deploys('a wrong token is named as such', async () => {
    const file = path.join(lab.scratch, 'wrong.env')
    copyFileSync(lab.twin().envFile, file)
    writeFileSync(file, readFileSync(file, 'utf8').replace(/HCLOUD_TOKEN=.*/, 'HCLOUD_TOKEN=wrong'))
    const { stderr } = await runIn(laptop.root, 2, ['--env-file', file, '--yes', '--yes-delete'])
    assertSays(stderr, /token/i)
    assert.not.match(stderr, /=wrong/)
  })

  deploys('a full location stops before anything is made', async () => {
    for (const serverType of ['cpx22', 'cpx12', 'cx23'])
      await lab.twin().fault({ unavailable: { serverType, location: 'hel1' } })
    await failsSafely(1, /Pair 2 cannot be ordered: cpx22 is sold out in hel1/)
    await lab.twin().clearFaults()
  })

  deploys('a name that somebody else took is not touched', async () => {
    const [image] = await lab.twin().cloud.images.list({ name: 'debian-12' })
    const server = await lab
      .twin()
      .cloud.servers.createReady(
        { name: 'ns1-next', server_type: 'cpx22', image: image?.id ?? 0, location: 'fsn1', start_after_create: false },
        { timeoutMs: 60_000 },
      )
    await failsSafely(1, /ns1-next .*already taken/)
    assert.is((await lab.twin().cloud.servers.get(server.id)).name, 'ns1-next')
    await lab.twin().cloud.servers.delete(server.id)
  })

  deploys('an lb whose nginx refuses the configuration keeps its old one', async () => {
    const template = '/etc/dns-lb/nginx.conf.template'
    await lab.fleet().onMachine('lb2', `cp ${template} /root/template && echo 'bogus;' >> ${template}`)
    await failsSafely(4, /lb2 refused the new configuration[\s\S]*bogus[\s\S]*No traffic has moved/)
    await lab.fleet().onMachine('lb2', `cp /root/template ${template}`)
  })

  deploys(
    'run again once that is mended, it goes on with the same servers; settings of Ansible change nothing',
    async () => {
      const shell = { ANSIBLE_SKIP_TAGS: 'all', ANSIBLE_FORCE_COLOR: '1', ANSIBLE_STDOUT_CALLBACK: 'json', LC_ALL: 'C' }
      const begun = await lab.fleet().generationOf('ns1-next')
      await runIn(laptop.root, 0, ['--env-file', lab.twin().envFile, '--yes', '--yes-delete'], shell)
      await lab.fleet().everyAnswerIsOf(begun)
    },
  )

  deploys('the work tree is as it was', () => assert.is(workTree(), treeBefore))
}
