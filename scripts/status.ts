import { runCommand } from '../lib/cli.ts'
import { command } from './commands/status.ts'

await runCommand(command, async (options, interrupt) => {
  const { withWorld } = await import('../lib/tasks/open-world.ts')
  const { readStatus } = await import('../lib/tasks/status.ts')
  const { describeStatus, exitCodeOf } = await import('../lib/report/status.ts')
  const { widthOf } = await import('../lib/terminal.ts')
  const say = (text: string): void => void process.stderr.write(`${text}\n`)
  return withWorld({ ...options, say, signal: interrupt }, async (world) => {
    const status = await readStatus(world)
    process.stdout.write(`${options.json ? JSON.stringify(status) : describeStatus(status, widthOf(process.stdout))}\n`)
    return exitCodeOf(status)
  })
})
