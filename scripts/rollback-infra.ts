import { rollback } from '../lib/operations/rollback.ts'
import { runScript } from '../lib/operations/run-script.ts'

await runScript(rollback)
