import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { type Probe, server, startProbe } from './probe.ts'

const test = suite<{ probe: Probe }>('local/cloud/floating-routes')

test.before.each(async (context) => {
  context.probe = await startProbe()
})
test.after.each(({ probe }) => probe.close())

test('a rebuilt server still receives its Floating IPs', async ({ probe }) => {
  const { id } = (await probe.call('POST', '/servers', server('lb1'))).body.server
  await probe.settled()
  const { ip } = (await probe.call('POST', '/floating_ips', { type: 'ipv4', server: id })).body.floating_ip
  await probe.settled()
  await probe.call('POST', `/servers/${id}/actions/rebuild`, { image: 'debian-12' })
  await probe.settled()
  assert.equal(probe.machines.get(id)?.routed, [ip])
})

test.run()
