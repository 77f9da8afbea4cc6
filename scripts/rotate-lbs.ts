import { rotate } from '../lib/operations/rotate.ts'
import { runScript } from '../lib/operations/run-script.ts'

await runScript(rotate)
