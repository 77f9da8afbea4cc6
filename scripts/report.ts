import { runCommand } from '../lib/cli.ts'
import { InfraError } from '../lib/errors.ts'
import { command } from './commands/report.ts'

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
