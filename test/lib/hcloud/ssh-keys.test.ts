import { suite } from 'uvu'
import { addCases } from './cases.ts'
import { json, page } from './scripted-server.ts'

const sshKeys = suite('ssh-keys')
const labels = { project: 'dns' }

await addCases(sshKeys, {
  'sshKeys.list by fingerprint': {
    script: [['GET /ssh_keys?fingerprint=aa:bb&page=1&per_page=50', page('ssh_keys', [{ id: 1 }])]],
    use: (hcloud) => hcloud.sshKeys.list({ fingerprint: 'aa:bb' }),
    result: [{ id: 1 }],
  },
  'sshKeys.update': {
    script: [['PUT /ssh_keys/1', json(200, { ssh_key: { id: 1, labels } })]],
    use: (hcloud) => hcloud.sshKeys.update(1, { labels }),
    result: { id: 1, labels },
    body: { labels },
  },
})

sshKeys.run()
