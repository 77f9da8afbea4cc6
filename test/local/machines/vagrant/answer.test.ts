import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { describeFailure } from '../../../../local/machines/vagrant/answer.ts'

const test = suite('local/machines/vagrant/answer')

test('says why Vagrant gave up, on one line', () => {
  const answer = `1795434263,default,ui,info,==> default: Starting container...
1795434263,,ui,error,There was an error executing ["lxc-start"]\\n\\nFor more information enable detailed logging.
1795434263,,error-exit,Vagrant::LXC::Errors::ExecuteError,There was an error executing ["/usr/bin/env"%!(VAGRANT_COMMA) "lxc-start"]\\n\\nFor more information enable detailed logging.
`
  assert.is(
    describeFailure(answer),
    'There was an error executing ["/usr/bin/env", "lxc-start"] For more information enable detailed logging.',
  )
})

test('says at least which error it was', () => {
  assert.is(describeFailure('1,,error-exit,Vagrant::Errors::SSHNotReady\n'), 'Vagrant::Errors::SSHNotReady')
})

test('says the last thing heard of a Vagrant that was killed or never began', () => {
  assert.is(
    describeFailure('1,default,action,up,start\n2,default,ui,info,==> default: Importing base box\n'),
    '==> default: Importing base box',
  )
  assert.is(describeFailure('sh: 3: vagrant: not found\n'), 'sh: 3: vagrant: not found')
  assert.is(describeFailure(''), 'it said nothing')
})

test.run()
