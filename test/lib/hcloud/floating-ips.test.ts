import { suite } from 'uvu'
import { addCases, ended, started } from './cases.ts'
import { action, floatingIp } from './objects.ts'
import { json, refuse } from './scripted-server.ts'

const floatingIps = suite('floating-ips')

await addCases(floatingIps, {
  'floatingIps.create without a server has no action': {
    script: [['POST /floating_ips', json(201, { floating_ip: floatingIp() })]],
    use: (hcloud) => hcloud.floatingIps.create({ name: 'lb1', type: 'ipv4', home_location: 'fsn1' }),
    result: floatingIp(),
    body: { name: 'lb1', type: 'ipv4', home_location: 'fsn1' },
  },
  'floatingIps.create for a server waits and reads again': {
    script: [
      ['POST /floating_ips', json(201, { floating_ip: floatingIp(), action: action(1) })],
      ended(1),
      ['GET /floating_ips/7', json(200, { floating_ip: floatingIp({ server: 42 }) })],
    ],
    use: (hcloud) => hcloud.floatingIps.create({ name: 'lb1', type: 'ipv4', server: 42 }),
    result: floatingIp({ server: 42 }),
  },
  'floatingIps.assign': {
    script: [['POST /floating_ips/7/actions/assign', started], ended(1)],
    use: (hcloud) => hcloud.floatingIps.assign(7, 42),
    body: { server: 42 },
  },
  'floatingIps.assign to where it leads already is done': {
    script: [
      ['POST /floating_ips/7/actions/assign', refuse(422, 'floating_ip_assigned')],
      ['GET /floating_ips/7', json(200, { floating_ip: floatingIp({ server: 42 }) })],
    ],
    use: (hcloud) => hcloud.floatingIps.assign(7, 42),
  },
  'floatingIps.assign takes it away from another server': {
    script: [
      ['POST /floating_ips/7/actions/assign', refuse(422, 'floating_ip_assigned')],
      ['GET /floating_ips/7', json(200, { floating_ip: floatingIp({ server: 41 }) })],
      ['POST /floating_ips/7/actions/unassign', started],
      ended(1),
      ['POST /floating_ips/7/actions/assign', started],
      ended(1),
    ],
    use: (hcloud) => hcloud.floatingIps.assign(7, 42),
  },
  'floatingIps.unassign of what leads nowhere is done': {
    script: [['GET /floating_ips/7', json(200, { floating_ip: floatingIp() })]],
    use: (hcloud) => hcloud.floatingIps.unassign(7),
  },
})

floatingIps.run()
