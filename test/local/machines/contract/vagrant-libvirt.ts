import { suite } from 'uvu'
import { promiseMachines, promiseNothingLeft } from './real.ts'

const test = suite('local/machines/contract: Vagrant with libvirt')

const contract = promiseMachines(test, { kind: 'vagrant', provider: 'libvirt' }, { killAfterMs: [15_000] })
promiseNothingLeft(test, contract)

test.run()
