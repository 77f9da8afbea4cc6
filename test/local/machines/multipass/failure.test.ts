import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { describeFailure, isMissing, isUnknownOption, remedyOf } from '../../../../local/machines/multipass/failure.ts'

const test = suite('local/machines/multipass/failure')

for (const [stderr, said, remedy] of [
  [
    'list failed: cannot connect to the multipass socket\n',
    'list failed: cannot connect to the multipass socket',
    /restart/,
  ],
  [
    'launch failed: Invalid arguments supplied\nInvalid network options supplied\n',
    'launch failed: Invalid arguments supplied / Invalid network options supplied',
    /multipass networks/,
  ],
  [
    'launch failed: Custom image `/root/x.qcow2` does not exist.\n',
    'launch failed: Custom image `/root/x.qcow2` does not exist.',
    /--box/,
  ],
  [
    'launch failed: Remote "" is unknown or unreachable.\n',
    'launch failed: Remote "" is unknown or unreachable.',
    /--box/,
  ],
  ['Timed out waiting for instance launch.\n', 'Timed out waiting for instance launch.', /\/dev\/kvm/],
  [
    '[2026-11-23T16:00:00.000] [error] [ns1] something\nlaunch failed: instance "ns1" already exists\n',
    'launch failed: instance "ns1" already exists',
    /multipass list/,
  ],
  [
    '[2026-11-23T16:00:00.000] [error] [ns1] something\n',
    '[2026-11-23T16:00:00.000] [error] [ns1] something',
    /snap logs multipass/,
  ],
  [
    'exec failed: ssh connection failed: Connection refused\n',
    'exec failed: ssh connection failed: Connection refused',
    /operatorNetworks/,
  ],
  ['\u001b[2K\r\u001b[?25h', 'no message', /multipass list/],
] as const) {
  test(`says "${said}" and what to do`, () => {
    assert.is(describeFailure(stderr), said)
    assert.match(remedyOf(stderr), remedy)
  })
}

test('tells a machine that is not there and an option of a later version from other failures', () => {
  const missing = 'info failed: The following errors occurred:\ninstance "nope" does not exist\n'
  assert.ok(isMissing(missing))
  assert.ok(isMissing("start failed: instance(s) missing\nInstance 'nope' does not exist.\n"))
  assert.not(isMissing('launch failed: instance "ns1" already exists\n'))
  assert.ok(isUnknownOption("Unknown option 'force'.\n"))
  assert.not(isUnknownOption(missing))
})

test.run()
