import { bootstrap } from '../lib/operations/bootstrap.ts'
import { runScript } from '../lib/operations/run-script.ts'

await runScript(bootstrap)
