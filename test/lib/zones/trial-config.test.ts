import { execFileSync } from 'node:child_process'
import { readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { trialConfig } from '../../../lib/zones/trial-config.ts'
import { withZoneFiles } from './fixture.ts'

const test = suite('lib/zones/trial-config')

const templateFile = path.resolve(import.meta.dirname, '../../../ansible/roles/nameserver/templates/named.conf.j2')
const names = ['example.test', 'example2.test']
const variables = {
  ansible_managed: 'managed',
  nameserver_private_ipv4: '10.0.0.2',
  nameserver_public_ipv4: '198.18.0.2',
  nameserver_public_ipv6: '2001:2::2',
  nameserver_tcp_clients: 2000,
  nameserver_identity: 'ns1.5',
  nameserver_zones: names.map((origin) => ({ origin })),
}

/** What Ansible makes of the template. */
const render = (template: string): string => {
  const script =
    'import sys, json, jinja2; t, v = json.load(sys.stdin); print(jinja2.Environment(trim_blocks=True).from_string(t).render(v))'
  return execFileSync('python3', ['-c', script], { input: JSON.stringify([template, variables]), encoding: 'utf8' })
}

/** The lines of a configuration as BIND prints it, which must be without a fault. */
const printed = (config: string): Promise<readonly string[]> =>
  withZoneFiles({}, async (folder) => {
    await writeFile(path.join(folder, 'named.conf'), config)
    const text = execFileSync('named-checkconf', ['-p', path.join(folder, 'named.conf')], { encoding: 'utf8' })
    return text.split('\n').map((line) => line.trim())
  })

test('the trial has every statement of the role but those about the machine, and only its own besides', async () => {
  const template = await readFile(templateFile, 'utf8')
  const rendered = render(template).replaceAll('/etc/bind/', '/tmp/').replaceAll('/var/cache/bind', '/tmp')
  const role = await printed(rendered)
  const trial = await printed(trialConfig(template, { folder: '/tmp', names }))
  assert.equal(
    role.filter((line) => !trial.includes(line)),
    [
      'hostname "ns1.5";',
      '127.0.0.1/32;',
      '10.0.0.2/32;',
      '198.18.0.2/32;',
      '::1/128;',
      '2001:2::2/128;',
      'server-id "ns1.5";',
      'tcp-clients 2000;',
    ],
  )
  assert.equal(
    trial.filter((line) => !role.includes(line)),
    ['controls {', 'pid-file none;', 'session-keyfile none;'],
  )
})

test.run()
