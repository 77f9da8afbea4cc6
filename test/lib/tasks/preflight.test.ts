import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { InfraError } from '../../../lib/errors.ts'
import { preflight, preflightZones } from '../../../lib/tasks/preflight.ts'
import { errorOf } from '../error-of.ts'
import { withVariable } from '../with-variable.ts'
import { createFakeWorld } from './fake-world.ts'

const preflights = suite('lib/tasks/preflight')

const programs = { ssh: 'exit 0', 'ansible-playbook': 'exit 0', 'named-compilezone': 'exit 0' }

/** Preflight where the programs it needs are these, shell scripts instead of the real ones. */
const refusalWith = async (scripts: Readonly<Record<string, string>>): Promise<InfraError> => {
  const folder = mkdtempSync(path.join(tmpdir(), 'preflight-'))
  for (const [name, script] of Object.entries(scripts)) {
    writeFileSync(path.join(folder, name), `#!/bin/sh\n${script}\n`)
    chmodSync(path.join(folder, name), 0o755)
  }
  const fake = await createFakeWorld()
  try {
    return await withVariable('PATH', folder, () => errorOf(preflight(fake.world)))
  } finally {
    await fake.close()
    rmSync(folder, { recursive: true })
  }
}

preflights(
  'a program that is there but does not run is refused with its own words, before anything is made',
  async () => {
    const error = await refusalWith({ ...programs, 'ansible-playbook': 'echo "no module named yaml" >&2; exit 1' })
    assert.is(error.exitCode, 2)
    assert.match(String(error), /`ansible-playbook --version` fails: no module named yaml/)
  },
)

preflights('a program that is missing is named with its package', async () => {
  const { ssh, 'named-compilezone': compile } = programs
  const error = await refusalWith({ ssh, 'named-compilezone': compile })
  assert.match(String(error), /Missing on this machine: ansible-playbook/)
  assert.match(error.hint ?? '', /apt-get install ansible-core/)
})

preflights('Ansible is tried in the environment in which it is run later', async () => {
  const error = await refusalWith({ ...programs, 'ansible-playbook': 'echo "$LC_ALL $ANSIBLE_CONFIG" >&2; exit 1' })
  assert.match(String(error), /fails: C\.UTF-8 .*ansible\.cfg$/)
})

const soa = '$TTL 1h\n@ SOA ns1 hostmaster 0 7200 3600 1209600 300\n NS ns1\n'

const preflightWith = async (zones: Readonly<Record<string, string>>): Promise<readonly string[]> => {
  const fake = await createFakeWorld({ zones })
  try {
    return (await preflightZones(fake.world)).map((remark) => remark.replace(fake.zonesFolder, 'FOLDER'))
  } finally {
    await fake.close()
  }
}

preflights('nothing to remark on a folder of zones and what they include', async () => {
  assert.equal(
    await preflightWith({ 'example.test.zone': `${soa}$INCLUDE sub/x.inc\n`, 'sub/x.inc': 'a A 192.0.2.1\n' }),
    [],
  )
})

preflights('files that look like zones and are not deployed are named', async () => {
  const files = ['EXAMPLE.ZONE', 'a.zone~', 'b.zone.bak', 'notes', 'sub/c.zone', 'sub/d.zone']
  const remarks = await preflightWith({
    'example.test.zone': soa,
    ...Object.fromEntries(files.map((file) => [file, ''])),
  })
  assert.equal(remarks, [
    'Not deployed, since no zone is made of them (a zone is a file NAME.zone in FOLDER itself): EXAMPLE.ZONE, a.zone~, b.zone.bak, notes, sub/c.zone and 1 more.',
  ])
})

preflights('zones with faults are refused before anything is changed', async () => {
  const error = await errorOf(preflightWith({ 'example.test.zone': `${soa}x BOGUS y\n` }))
  assert.is(error.exitCode, 2)
})

preflights.run()
