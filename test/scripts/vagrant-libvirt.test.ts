import { suite } from 'uvu'
import { promiseDeployment } from './whole-deployment.ts'

const deploys = suite('scripts/bootstrap-infra on virtual machines of Vagrant')

// Where QEMU translates every instruction, a virtual machine takes ten times as long as a container. Mitogen spares it most of
// the starts of Python.
promiseDeployment(deploys, {
  isSmall: true,
  localUp: ['--backend', 'vagrant', '--provider', 'libvirt'],
  env: { ANSIBLE_STRATEGY: 'mitogen_free' },
})

deploys.run()
