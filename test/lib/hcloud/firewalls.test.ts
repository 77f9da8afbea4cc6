import { suite } from 'uvu'
import { addCases, ended, several } from './cases.ts'
import { action } from './objects.ts'
import { json } from './scripted-server.ts'

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
})

firewalls.run()
