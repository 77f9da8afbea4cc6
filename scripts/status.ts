import { createCommand, envFile, runCommand } from '../lib/cli.ts'

const command = createCommand({
  name: 'status',
  summary:
    'Shows machines, generations, active colours, who answers through each lb, how the zones are delegated, which operation is at work, what differs from config, zone files and what the nameservers were made with, and what could not be found out. Changes nothing.',
  examples: [
    ['', 'what runs and answers in production'],
    ['--env-file local/.state/twin.env', 'on the local twin'],
    ['--json', 'one JSON object, for a program'],
  ],
})
  .option(...envFile)
  .option('--config <path>', 'config file (default: infra.config.ts)')
  .option('--json', 'print one JSON object on stdout')
  .option('--verbose', 'print where an unforeseen error came from')

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
