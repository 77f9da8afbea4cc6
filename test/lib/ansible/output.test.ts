import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { changesOf, failuresOf, idleHosts, taskOf } from '../../../lib/ansible/output.ts'

const output = suite('lib/ansible/output')

// as ansible-core 2.14 prints it
const run = `
TASK [nameserver : Install packages] *******************************************
changed: [ns1-next]
fatal: [ns2-next]: FAILED! => {"changed": false, "msg": "No package matching 'bind10' is available"}

RUNNING HANDLER [nameserver : Restart named] ***********************************
fatal: [ns1-next]: UNREACHABLE! => {"changed": false, "msg": "Failed to connect", "unreachable": true}

PLAY RECAP *********************************************************************
ns1-next                   : ok=2    changed=1    unreachable=1    failed=0    skipped=0    rescued=0    ignored=0
ns2-next                   : ok=1    changed=0    unreachable=0    failed=1    skipped=0    rescued=0    ignored=0
`

output('names the task of a line', () => {
  assert.is(taskOf('TASK [nameserver : Install packages] ****'), 'nameserver : Install packages')
  assert.is(taskOf('changed: [ns1]'), undefined)
})

output('finds what failed, where and why', () => {
  assert.equal(failuresOf(run), [
    { host: 'ns2-next', task: 'nameserver : Install packages', message: "No package matching 'bind10' is available" },
    { host: 'ns1-next', task: 'nameserver : Restart named', message: 'Failed to connect' },
  ])
})

output('lists the tasks that changed something on each host', () => {
  assert.equal(
    [...changesOf(run)],
    [
      ['ns1-next', ['nameserver : Install packages']],
      ['ns2-next', []],
    ],
  )
})

output('a change that only the recap tells of is one all the same', () => {
  const silent = run.replace('changed: [ns1-next]\n', '')
  assert.equal(changesOf(silent).get('ns1-next'), ['a task that is not named'])
})

output(
  'names the hosts on which nothing was done: those without a task that went well, and those not in the recap',
  () => {
    const nothing = 'ns1 : ok=0    changed=0    unreachable=0    failed=0    skipped=7    rescued=0    ignored=0'
    assert.equal(idleHosts(run, ['ns1-next', 'ns2-next']), ['ns1-next', 'ns2-next'])
    assert.equal(idleHosts(run.replaceAll(/(unreachable|failed)=1/g, '$1=0'), ['ns1-next', 'ns2-next', 'ns3']), ['ns3'])
    assert.equal(idleHosts(`PLAY RECAP ****\n${nothing}\n`, ['ns1']), ['ns1'])
  },
)

output.run()
