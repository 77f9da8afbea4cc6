import { createCommand, duration, envFile } from '../../lib/cli.ts'

export const command = createCommand({
  name: 'status',
  summary:
    'Shows machines, generations, active colours, who answers through each lb, how the zones are delegated, which operation is at work, what differs from config, zone files and what the nameservers were made with, and what could not be found out. Changes nothing.',
  examples: [
    ['', 'what runs and answers in production'],
    ['--env-file local/.state/twin.env', 'on the local twin'],
    ['--watch 5s', 'what runs and answers while an operation is at work elsewhere'],
    ['--json', 'one JSON object, for a program'],
  ],
})
  .option(...envFile)
  .option('--config <path>', 'config file (default: infra.config.ts)')
  .option('--watch [time]', 'look again and again, so often: 5s, 1min (default: 10s); Ctrl-C ends it', duration)
  .option('--json', 'print one JSON object on stdout; with --watch one a line for each look')
  .option('--verbose', 'print where an unforeseen error came from')
