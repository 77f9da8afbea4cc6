import { suite } from 'uvu'
import { promiseDeployment } from './whole-deployment.ts'

const deploys = suite('scripts/deploy-infra on containers of Vagrant')

promiseDeployment(deploys, { localUp: ['--backend', 'vagrant', '--provider', 'lxc'] })

deploys.run()
