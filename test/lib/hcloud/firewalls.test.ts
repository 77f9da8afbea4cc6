import { suite } from 'uvu'
import { addCases, ended, several } from './cases.ts'
import { action } from './objects.ts'
import { json, page, refuse } from './scripted-server.ts'

const firewalls = suite('firewalls')
const rule = { direction: 'in', protocol: 'udp', port: '53', source_ips: ['0.0.0.0/0'] } as const

await addCases(firewalls, {
  'firewalls.create waits for its actions': {
    script: [['POST /firewalls', json(201, { firewall: { id: 3 }, actions: [action(1)] })], ended(1)],
    use: (hcloud) => hcloud.firewalls.create({ name: 'ns', rules: [rule] }),
    result: { id: 3 },
    body: { name: 'ns', rules: [rule] },
  },
  'firewalls.setRules': {
    script: [['POST /firewalls/3/actions/set_rules', several], ended(1)],
    use: (hcloud) => hcloud.firewalls.setRules(3, [rule]),
    body: { rules: [rule] },
  },
  'firewalls.applyToServers asks server by server, and applied already is done': {
    script: [
      ['POST /firewalls/3/actions/apply_to_resources', refuse(422, 'firewall_already_applied')],
      ['POST /firewalls/3/actions/apply_to_resources', several],
      ended(1),
    ],
    use: (hcloud) => hcloud.firewalls.applyToServers(3, [41, 42]),
    body: { apply_to: [{ type: 'server', server: { id: 41 } }] },
  },
  'firewalls.removeFromServers, removed already is done': {
    script: [['POST /firewalls/3/actions/remove_from_resources', refuse(404, 'firewall_resource_not_found')]],
    use: (hcloud) => hcloud.firewalls.removeFromServers(3, [41]),
    body: { remove_from: [{ type: 'server', server: { id: 41 } }] },
  },
  'firewalls.applyToServers waits for a locked server': {
    script: [
      ['POST /firewalls/3/actions/apply_to_resources', refuse(423, 'locked')],
      ['GET /servers/42/actions?status=running&page=1&per_page=50', page('actions', [action(9)])],
      ended(9),
      ['POST /firewalls/3/actions/apply_to_resources', several],
      ended(1),
    ],
    use: (hcloud) => hcloud.firewalls.applyToServers(3, [42]),
  },
  'firewalls.delete tries again while in use, and not there is done': {
    script: [
      ['DELETE /firewalls/3', refuse(422, 'resource_in_use')],
      ['DELETE /firewalls/3', refuse(404, 'not_found')],
    ],
    use: (hcloud) => hcloud.firewalls.delete(3),
  },
})

firewalls.run()
