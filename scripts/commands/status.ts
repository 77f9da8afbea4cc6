import { createCommand, envFile } from '../../lib/cli.ts'

export const command = createCommand({
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
