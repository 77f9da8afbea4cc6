import { runScript } from '../lib/operations/run-script.ts'
import { update } from '../lib/operations/update.ts'

await runScript(update)
