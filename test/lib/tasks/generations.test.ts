import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { FleetServer } from '../../../lib/fleet/server.ts'
import { type Ssh, SshError } from '../../../lib/ssh/ssh.ts'
import { readGeneration } from '../../../lib/tasks/generations.ts'

const test = suite('lib/tasks/generations')

const nameserver = (name: string, generation: number): FleetServer =>
  ({ name, role: 'nameserver', generation }) as FleetServer
const servers = [nameserver('ns1', 100), nameserver('ns2', 100), nameserver('ns1-old', 90)]

/** Machines that have these zones; the others cannot be reached. */
const reachable = (zones: Readonly<Record<string, string>>): { readonly ssh: Ssh } => ({
  ssh: {
    options: async () => [],
    run: async ({ name }) => {
      const zone = zones[name]
      if (zone !== undefined) return `${zone} IN _default primary\n`
      throw new SshError(`${name}: no SSH connection`, { failure: 'unreachable', stderr: '' })
    },
    close: async () => undefined,
  },
})

test('any nameserver of the generation will do', async () => {
  assert.equal(await readGeneration(reachable({ ns2: 'a.test', 'ns1-old': 'b.test' }), 100, servers), {
    generation: 100,
    zones: ['a.test.'],
    fault: undefined,
  })
})

test('when none can be reached, what it has is unknown, and why is said', async () => {
  const { zones, fault } = await readGeneration(reachable({ 'ns1-old': 'b.test' }), 100, servers)
  assert.is(zones, undefined)
  assert.is(fault, 'ns1: no SSH connection; ns2: no SSH connection')
  assert.is((await readGeneration(reachable({}), 80, servers)).fault, 'it has no nameserver any more')
})

test.run()
