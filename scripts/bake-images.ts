import { bake } from '../lib/operations/bake.ts'
import { runScript } from '../lib/operations/run-script.ts'

await runScript(bake)
