import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { layoutOf } from '../../../local/layout.ts'
import type { MachineSpec } from '../../../local/machines/backend.ts'
import { firstBootFiles } from '../../../local/machines/first-boot.ts'

const test = suite('local/machines/first-boot')

const spec: MachineSpec = {
  id: 42,
  name: 'ns1-next',
  image: 'debian-12',
  publicIpv4: '198.18.7.10',
  publicIpv6: '2001:2:0:70a::1',
  mac: '96:00:00:00:00:01',
  authorizedKeys: ['ssh-ed25519 AAAA one\n', 'ssh-ed25519 BBBB two'],
  userData: '#!/bin/sh\r\nexit 0',
}

const textOf = (file: string, changes: Partial<MachineSpec> = {}): string | undefined =>
  firstBootFiles(layoutOf('/state', 7, '/cache'), { ...spec, ...changes }).find(({ path }) => path === file)?.text

const seed = 'var/lib/cloud/seed/nocloud'

test('names the machine and lets its own name be found without a resolver', () => {
  assert.is(textOf('etc/hostname'), 'ns1-next\n')
  assert.match(textOf('etc/hosts') ?? '', '127.0.1.1 ns1-next\n')
})

test('hands user data on unchanged, and an empty one as a cloud-config that asks for nothing', () => {
  assert.is(textOf(`${seed}/user-data`), '#!/bin/sh\r\nexit 0')
  assert.is(textOf(`${seed}/user-data`, { userData: '' }), '#cloud-config\n{}\n')
})

test('gives root its keys by file and by cloud-init', () => {
  assert.is(textOf('root/.ssh/authorized_keys'), 'ssh-ed25519 AAAA one\nssh-ed25519 BBBB two\n')
  assert.equal(JSON.parse(textOf(`${seed}/meta-data`) ?? ''), {
    'instance-id': '42',
    'local-hostname': 'ns1-next',
    'public-keys': ['ssh-ed25519 AAAA one', 'ssh-ed25519 BBBB two'],
  })
})

test('points apt at the cache, by the family the machine has', () => {
  const file = 'etc/apt/apt.conf.d/00twin-proxy'
  assert.match(textOf(file) ?? '', 'Acquire::http::Proxy "http://198.18.7.254:3143";\n')
  assert.match(textOf(file, { publicIpv4: null }) ?? '', 'Acquire::http::Proxy "http://[2001:2:0:700::2]:3143";\n')
})

test.run()
