import { spawn } from 'node:child_process'
import { once } from 'node:events'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Test } from 'uvu'
import * as assert from 'uvu/assert'
import { systemClock } from '../../../../lib/clock.ts'
import { runOrFail } from '../../../../local/host/run.ts'
import type { Machines } from '../../../../local/machines/backend.ts'
import { type Backend, openBackend } from '../../../../local/machines/backends.ts'
import { examineBackend } from '../../../../local/twin/doctor.ts'
import { findLeftovers } from '../../../../local/twin/leftovers.ts'
import { promiseStates } from './every.ts'
import { createHost, type Host, succeeds, untilTrue } from './host.ts'

export interface RealContract {
  host(): Host
  machines(): Machines
}

export interface RealOptions {
  /** How long after its start a start is killed, so that it is in the middle. */
  readonly killAfterMs: readonly number[]
  /** Takes away what the backend was given for the test, after all machines. */
  readonly cleanBackend?: () => Promise<void>
}

const anywhere = ['0.0.0.0/0', '::/0']

const nicOf = (id: number) => ({
  networkId: 3,
  networkRange: '10.0.0.0/16',
  address: `10.0.1.${id}`,
  aliases: [],
  mac: `86:00:00:00:00:${id}`,
})

/**
 * What every backend with machines promises the emulated cloud, on real machines: 11 and 12 live through all of it, each test
 * finding them as the one before left them.
 */
export const promiseMachines = (
  test: Test,
  backend: Backend,
  { killAfterMs, cleanBackend }: RealOptions,
): RealContract => {
  let host: Host
  let machines: Machines
  const ssh = (id: number, command: string, address?: string): Promise<string> => host.ssh(id, command, address)

  const clean = async (): Promise<void> => {
    try {
      await host?.clean()
    } finally {
      await cleanBackend?.()
    }
  }
  test.before(async () => {
    const { isFine, detail, remedy } = await examineBackend(backend)
    assert.ok(isFine, `${detail}\n${remedy}`)
    host = await createHost(backend, [11, 12, 13, 21])
    machines = (await openBackend(host.layout, backend, systemClock)).machines
  })
  test.after(clean)
  process.once('SIGTERM', () => void clean().finally(() => process.exit(1)))

  promiseStates(test, { machines: () => machines, specOf: (id) => host.specOf(id) })

  test('boots two machines at once, which show the host keys of their user data from the first connection on', async () => {
    await Promise.all(
      [11, 12].map(async (id) => {
        await machines.create(await host.specOf(id))
        await machines.attach(id, nicOf(id))
        await machines.start(id)
      }),
    )
    await Promise.all([11, 12].map(host.untilReady))
    assert.equal(await machines.list(), [11, 12])
    assert.equal([await machines.state(11), await machines.state(12)], ['running', 'running'])
  })

  test('does what the user data says, once', async () => {
    assert.is(await ssh(11, 'hostname; cat /root/ran'), 'host11\ndone')
  })

  test('gives a machine the addresses of the cloud, in public and private, and no way outside', async () => {
    assert.is(await ssh(12, 'hostname', host.ipv6Of(12)), 'host12')
    assert.is(await ssh(12, `ping -q -c 1 -W 5 ${host.ipv4Of(11)} >/dev/null && echo yes`), 'yes')
    assert.is(await ssh(11, 'ping -q -c 1 -W 5 10.0.1.12 >/dev/null && echo yes'), 'yes')
    assert.match(await ssh(11, 'cat $(grep -l 86:00:00:00:00:11 /sys/class/net/*/address)'), '86:00:00:00:00:11')
    assert.not(await succeeds(ssh(12, 'ping -c 1 -W 1 192.0.2.1')))
  })

  test('changes nothing of a machine that runs when it is started, made or attached again', async () => {
    await ssh(11, 'touch /run/marker')
    await machines.create(await host.specOf(11))
    await machines.attach(11, nicOf(11))
    await machines.start(11)
    assert.is(await ssh(11, 'ls /run/marker; ping -q -c 1 -W 5 10.0.1.12 >/dev/null && echo yes'), '/run/marker\nyes')
  })

  test('detaches and attaches private interfaces of machines that run', async () => {
    await machines.detach(12, 3)
    assert.not(await succeeds(ssh(11, 'ping -c 1 -W 1 10.0.1.12')))
    await machines.attach(12, nicOf(12))
    assert.is(await ssh(11, 'ping -q -c 1 -W 5 10.0.1.12 >/dev/null && echo yes'), 'yes')
  })

  const connects = (address: string, port: number): Promise<boolean> =>
    succeeds(runOrFail(['bash', '-c', `timeout 3 bash -c '</dev/tcp/${address}/${port}' 2>/dev/null`]))

  const reach = (port: number): Promise<readonly boolean[]> =>
    Promise.all([host.ipv4Of(12), host.ipv6Of(12)].map((address) => connects(address, port)))

  test('filters the public interface only, statefully, for both families', async () => {
    await ssh(12, 'systemd-run --quiet --unit=web python3 -m http.server --bind :: 8080')
    await untilTrue('the web server listens', () => connects(host.ipv4Of(12), 8080))
    await machines.filter(12, [
      { direction: 'in', protocol: 'tcp', port: '22', peers: anywhere },
      { direction: 'in', protocol: 'icmp', port: null, peers: anywhere },
    ])
    assert.equal(await reach(8080), [false, false])
    assert.is(await ssh(12, 'hostname', host.ipv6Of(12)), 'host12')
    assert.is(await ssh(11, 'curl -s -o /dev/null -w %{http_code} http://10.0.1.12:8080/'), '200')
    assert.is(await ssh(12, `ping -q -c 1 -W 5 ${host.ipv4Of(11)} >/dev/null && echo yes`), 'yes')
    await machines.filter(12, [])
    assert.equal(await reach(22), [false, false])
    await machines.filter(12, null)
    assert.equal(await reach(8080), [true, true])
  })

  test('moves routed addresses from one machine to another', async () => {
    const floating = host.ipv4Of(200)
    const assign = `ip addr add ${floating}/32 dev $(basename $(dirname $(grep -l 96:00:00:00:00 /sys/class/net/*/address)))`
    await Promise.all([11, 12].map((id) => ssh(id, assign)))
    await machines.route(11, [floating])
    assert.is(await ssh(11, 'hostname', floating), 'host11')
    await machines.route(12, [floating])
    await machines.route(11, [])
    assert.is(await ssh(12, 'hostname', floating), 'host12')
  })

  test('says no farewell when its power is cut, as no machine does', async () => {
    const connection = await host.connect(11, 22)
    await machines.stop(11)
    await sleep(500)
    assert.not(connection.isEnded())
    connection.close()
    await machines.start(11)
    await host.untilReady(11)
  })

  test('keeps files and addresses when it is shut down or cut off', async () => {
    await ssh(11, 'echo kept > /root/file; sync')
    await machines.shutdown(11)
    assert.is(await machines.state(11), 'off')
    await machines.start(11)
    await host.untilReady(11)
    await machines.stop(11)
    assert.is(await machines.state(11), 'off')
    await machines.start(11)
    await host.untilReady(11)
    assert.is(await ssh(11, 'cat /root/file /root/ran', host.ipv6Of(11)), 'kept\ndone')
    assert.is(await ssh(12, 'ping -q -c 1 -W 5 10.0.1.11 >/dev/null && echo yes'), 'yes')
  })

  test('comes back from a reboot asked for inside, with files and addresses, without what only memory held', async () => {
    await ssh(11, 'touch /run/marker; nft add table inet marker')
    await succeeds(ssh(11, 'systemctl reboot'))
    await untilTrue('the machine is another boot', () => succeeds(ssh(11, 'test ! -e /run/marker')))
    await host.untilReady(11)
    assert.is(await ssh(11, 'cat /root/file; nft list tables | grep -c marker || true'), 'kept\n0')
    await untilTrue('the private network is back', () => succeeds(ssh(12, 'ping -q -c 1 -W 1 10.0.1.11')))
  })

  test('is known to a backend that did not make it', async () => {
    const other = (await openBackend(host.layout, backend, systemClock)).machines
    assert.equal(await other.list(), [11, 12])
    assert.equal([await other.state(11), await other.state(13)], ['running', 'absent'])
  })

  test('goes on with a start that was killed in the middle', async () => {
    await machines.create(await host.specOf(13))
    for (const ms of killAfterMs) {
      const program = path.join(import.meta.dirname, 'start.ts')
      const child = spawn(process.execPath, ['--import', 'tsx', program, host.stateDir, '13'], {
        stdio: ['ignore', 'pipe', 'inherit'],
      })
      const ended = once(child, 'close')
      await once(child.stdout, 'data')
      await sleep(ms)
      child.kill('SIGKILL')
      await ended
    }
    await machines.start(13)
    await host.untilReady(13)
    assert.is(await ssh(13, 'hostname; cat /root/ran'), 'host13\ndone')
  })

  return { host: () => host, machines: () => machines }
}

/** Comes last: takes all machines away. */
export const promiseNothingLeft = (test: Test, { host, machines }: RealContract): void => {
  test('leaves nothing of destroyed machines, nor of what they used', async () => {
    const ids = await machines().list()
    assert.ok(ids.length > 0)
    await Promise.all(ids.map((id) => machines().destroy(id)))
    assert.equal(await machines().list(), [])
    await machines().close()
    const { layout } = host()
    const ofTheTwin = [
      `network namespace ${layout.namespace}`,
      `network namespace ${layout.internet.namespace}`,
      'network link ',
      'file ',
    ]
    const left = await findLeftovers(layout)
    assert.equal(
      left.filter((line) => !ofTheTwin.some((kind) => line === kind || (kind.endsWith(' ') && line.startsWith(kind)))),
      [],
    )
  })

  test('is found and removed with the twin when its records are lost', async () => {
    const { layout, specOf, clean } = host()
    await machines().create(await specOf(21))
    await machines().start(21)
    await runOrFail(['sh', '-c', `rm -f ${layout.stateDir}/twin.json ${layout.stateDir}/machines/21/machine.json`])
    assert.ok((await machines().list()).includes(21))
    await clean()
    assert.equal(await findLeftovers(layout), [])
  })
}
