import { deploy } from '../lib/operations/deploy.ts'
import { runScript } from '../lib/operations/run-script.ts'

await runScript(deploy)
