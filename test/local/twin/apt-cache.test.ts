import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { layoutOf } from '../../../local/layout.ts'
import { aptCacheConfig, aptCacheDirectory, isAptCache } from '../../../local/twin/apt-cache.ts'

const test = suite('local/twin/apt-cache')

const layout = layoutOf('/state', 7, '/cache')

test('listens on the twin’s own addresses only', () => {
  const lines = aptCacheConfig(layout, '').split('\n')
  assert.ok(lines.includes('BindAddress: 198.18.7.254 [2001:2:0:700::2]'))
  assert.not(lines.some((line) => line.startsWith('Proxy:')))
})

test('goes through the proxy of this computer, if it has one', () => {
  assert.match(aptCacheConfig(layout, 'http://proxy.test:8080'), '\nProxy: http://proxy.test:8080\n')
})

test('two twins never share a cache directory', () => {
  assert.is.not(aptCacheDirectory(layout), aptCacheDirectory(layoutOf('/other', 8, '/cache')))
})

test('knows its own process from that of another twin and of the computer', () => {
  const mine = isAptCache(layout)
  assert.ok(mine(['apt-cacher-ng', '-c', '/state/apt-cache']))
  assert.not(mine(['apt-cacher-ng', '-c', '/other/apt-cache']))
  assert.not(mine(['/usr/sbin/apt-cacher-ng', '-c', '/etc/apt-cacher-ng', 'ForeGround=1']))
  assert.not(mine(['less', '/state/apt-cache']))
})

test.run()
