import { runCommand } from '../lib/cli.ts'
import { command } from './commands/local-down.ts'

await runCommand(command, async ({ state, cache = false, json = false }) => {
  const { downSteps } = await import('../local/twin/down.ts')
  const { runSteps, stepPrinter } = await import('../local/twin/steps.ts')
  await runSteps(await downSteps({ stateDir: state, cache }), { say: stepPrinter(json) })
  if (json) process.stdout.write(`${JSON.stringify({ event: 'end', ok: true })}\n`)
  return 0
})
