import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { layoutOf } from '../../../local/layout.ts'
import { internetCommand, isInternet, isInternetDaemon } from '../../../local/twin/internet.ts'

const test = suite('local/twin/internet')

const layout = layoutOf('/state', 7, '/cache')
const other = layoutOf('/state2', 8, '/cache')

test('starts the daemon in the namespace of its twin', () => {
  const command = internetCommand(layout)
  assert.equal(command.slice(0, 2), ['nsenter', `--net=/run/netns/${layout.namespace}-i`])
  assert.equal(command.slice(-4), ['--state', '/state', '--slot', '7'])
})

test('knows its daemon from that of another twin and from other programs', () => {
  assert.ok(isInternetDaemon(layout)(internetCommand(layout).slice(2)))
  assert.not(isInternetDaemon(layout)(internetCommand(other).slice(2)))
  assert.not(isInternetDaemon(layout)(['node', 'local/cloud/daemon.ts', '--state', '/state']))
})

test('knows the servers below it, though nothing leads from them to the daemon any more', () => {
  const mine = isInternet(layout)
  assert.ok(mine(['/state/internet/named', '-g', '-c', '/state/internet/named.conf']))
  assert.ok(mine(['/usr/sbin/unbound', '-d', '-c', '/state/internet/resolver/unbound.conf']))
  assert.not(mine(['/state2/internet/named', '-g', '-c', '/state2/internet/named.conf']))
  assert.not(mine(['/usr/sbin/named', '-f', '-u', 'bind']))
  assert.not(mine(['less', '/state/internet/named.conf']))
})

test.run()
