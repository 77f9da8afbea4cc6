import { Option } from '@commander-js/extra-typings'
import { createCommand, runCommand } from '../lib/cli.ts'
import { InfraError } from '../lib/errors.ts'

const command = createCommand({
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

const print = (text: string): void => void process.stdout.write(`${text}\n`)

await runCommand(command, async ({ open, compare, runs: folder, json }) => {
  const { getRecord, getRun, listRuns } = await import('../lib/report/past-runs.ts')
  const { compareRuns, describeRuns } = await import('../lib/report/compare-runs.ts')
  const { widthOf } = await import('../lib/terminal.ts')
  const width = widthOf(process.stdout)
  if (open !== undefined) {
    const { page } = await getRun(folder, open)
    print(json ? JSON.stringify({ page }) : page)
    return 0
  }
  if (compare) {
    const [first, second, ...others] = compare
    if (first === undefined || second === undefined || others.length > 0)
      throw new InfraError('--compare takes two runs', { exitCode: 2, hint: 'Without an option, all runs are listed.' })
    const one = { name: first, record: getRecord(await getRun(folder, first)) }
    const other = { name: second, record: getRecord(await getRun(folder, second)) }
    print(json ? JSON.stringify({ runs: [one, other] }) : compareRuns([one, other], width))
    return 0
  }
  const runs = await listRuns(folder)
  print(json ? JSON.stringify({ runs }) : runs.length > 0 ? describeRuns(runs, width) : `No reports below ${folder}.`)
  return 0
})
