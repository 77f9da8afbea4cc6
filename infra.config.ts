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
  // The address ranges of the local twin (RFC 2544, RFC 5180). In production: your own, as narrow as you can.
  operatorNetworks: ['198.18.0.0/15', '2001:2::/48'],
  sshKey: '~/.ssh/id_ed25519.pub',
  zonesFolder: 'ansible/zones',
  witness: { queriesPerSecond: 50 },
} satisfies InfraConfig
