import type { InfraConfig } from './lib/config/schema.ts'

// The one file to edit. As committed it fits the local twin; production needs your own values in every field but `image`.
export default {
  project: 'example',
  pairs: [
    { location: 'fsn1', hostname: 'ns1.example.test', serverTypes: ['cpx22', 'cpx12', 'cx23'] },
    { location: 'hel1', hostname: 'ns2.example.test', serverTypes: ['cpx22', 'cpx12', 'cx23'] },
  ],
  image: 'debian-12',
  networkRange: '10.0.0.0/16',
  // This computer and the machines of the local twin; clients are in the other halves of these ranges. In production: your own, as narrow as you can.
  operatorNetworks: ['198.18.0.0/16', '2001:2::/49'],
  sshKey: '~/.ssh/id_ed25519.pub',
  zonesFolder: 'ansible/zones',
  // In production the name of a registrar with an API, or nothing: then you are told what to enter where.
  registrar: 'manual',
  // Fit for a rehearsal. In production leave them out: an hour each.
  rotation: { slackSeconds: 10, idleSeconds: 20 },
  witness: { queriesPerSecond: 50 },
} satisfies InfraConfig
