import { runCommand } from '../lib/cli.ts'
import { command } from './commands/status.ts'

await runCommand(command, async (options, interrupt) => {
  const { withWorld } = await import('../lib/tasks/open-world.ts')
  const { readStatus } = await import('../lib/tasks/status.ts')
  const { describeStatus, exitCodeOf } = await import('../lib/report/status.ts')
  const { widthOf } = await import('../lib/terminal.ts')
  const say = (text: string): void => void process.stderr.write(`${text}\n`)
  const { watch, json = false } = options
  return withWorld({ ...options, say, signal: interrupt }, async (world) => {
    if (watch) {
      const { watchStatus } = await import('../lib/operations/watch-status.ts')
      return watchStatus(world, { everyMs: watch === true ? 10_000 : watch, json }, interrupt)
    }
    const status = await readStatus(world)
    process.stdout.write(`${json ? JSON.stringify(status) : describeStatus(status, widthOf(process.stdout))}\n`)
    return exitCodeOf(status)
  })
})
