import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { promiseMachines, promiseNothingLeft } from './real.ts'

const test = suite('local/machines/contract: nspawn')

const contract = promiseMachines(test, { kind: 'nspawn' }, { killAfterMs: [30, 300] })
const { host, machines } = contract

test('has no unit that failed, and names interfaces as Hetzner does', async () => {
  assert.is(await host().ssh(12, 'systemctl is-system-running --wait'), 'running')
  assert.is(await host().ssh(12, 'cat /sys/class/net/enp7s0/address'), '86:00:00:00:00:12')
})

test('makes a machine from a snapshot of a running one, which has deleted folders of its image', async () => {
  await host().ssh(11, 'rm -rf /etc/cron.d /root/.ssh /var/lib/cloud; mkdir /etc/cron.d')
  assert.ok((await machines().snapshot(11, 'saved')).bytes > 1e8)
  await machines().create(await host().specOf(21, 'saved'))
  await machines().removeSnapshot('saved')
  await machines().start(21)
  await host().untilReady(21)
  assert.is(await host().ssh(21, 'cat /root/file; hostname; ls -A /etc/cron.d'), 'kept\nhost21')
  assert.is(await host().ssh(21, 'stat -c %a /root /root/.ssh /var/lib/cloud'), '700\n700\n755')
})

test('sets the password of root, whether it runs or not', async () => {
  const hash = (id: number): Promise<string> => host().ssh(id, 'grep ^root: /etc/shadow')
  const before = await hash(21)
  await machines().setRootPassword(21, 'correct horse')
  assert.is.not(await hash(21), before)
  await machines().stop(21)
  await machines().setRootPassword(21, 'battery staple')
  assert.is(await machines().state(21), 'off')
})

test('stops a machine whose supervisor was killed', async () => {
  const supervisor = Number(await readFile(path.join(host().stateDir, 'machines/12/supervisor.pid'), 'utf8'))
  process.kill(supervisor, 'SIGKILL')
  assert.is(await machines().state(12), 'running')
  await machines().stop(12)
  assert.is(await machines().state(12), 'off')
})

promiseNothingLeft(test, contract)

test.run()
