import { Option } from '@commander-js/extra-typings'
import { createCommand } from '../../lib/cli.ts'

export const command = createCommand({
  name: 'report',
  summary:
    'Lists the runs of operations that have left a report on this computer, or compares two of them. Changes nothing, and asks nobody.',
  examples: [
    ['', 'all runs, the latest last'],
    [
      '--open 1790000000',
      'the path of the page of one, as for a browser: xdg-open "$(npx tsx scripts/report.ts --open 1790000000)"',
    ],
    ['--compare 1790000000 1790003609', 'two side by side: how they ended, what was lost, what each phase took'],
  ],
})
  .addOption(new Option('--open <run>', 'print the path of the page of this run').conflicts('compare'))
  .option('--compare <run...>', 'compare these two')
  .option('--runs <folder>', 'where the runs are', 'runs')
  .option('--json', 'print one JSON object on stdout')
  .option('--verbose', 'print where an unforeseen error came from')
