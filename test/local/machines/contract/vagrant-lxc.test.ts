import { suite } from 'uvu'
import { promiseMachines, promiseNothingLeft } from './real.ts'

const test = suite('local/machines/contract: Vagrant with lxc')

const contract = promiseMachines(test, { kind: 'vagrant', provider: 'lxc' }, { killAfterMs: [500, 4000] })
promiseNothingLeft(test, contract)

test.run()
