import { suite } from 'uvu'
import { addCases } from './cases.ts'
import { page } from './scripted-server.ts'

const sshKeys = suite('ssh-keys')

await addCases(sshKeys, {
  'sshKeys.list': {
    script: [['GET /ssh_keys?page=1&per_page=50', page('ssh_keys', [{ id: 1 }])]],
    use: (hcloud) => hcloud.sshKeys.list(),
    result: [{ id: 1 }],
  },
})

sshKeys.run()
