import { createCommand } from '../../lib/cli.ts'

export const command = createCommand({
  name: 'local-down',
  summary:
    'Removes the local twin with its machines, networks and processes, and proves that nothing is left. Keeps the caches, so the next local-up takes seconds.',
  examples: [
    ['', 'remove it'],
    ['--state /var/tmp/twin', 'remove the twin whose state is kept there'],
    ['--cache', 'remove the image and the apt caches too, which other twins share'],
  ],
})
  .option('--state <directory>', 'the directory given to local-up', 'local/.state')
  .option('--cache', 'also remove the image of the machines and the apt caches')
  .option('--json', 'print events on stdout, one JSON object a line')
  .option('--verbose', 'print where an unforeseen error came from')
