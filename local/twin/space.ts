import path from 'node:path'
import type { Fault } from '../host/fault.ts'
import { runOrFail } from '../host/run.ts'

const script = path.resolve(import.meta.dirname, '../space.sh')

/** What an ordinary user lacks for a space of their own. Changes nothing. */
export const findSpaceFaults = async (): Promise<readonly Fault[]> => {
  // it ends with 3 when it lacks something
  const check = 'bash "$0" --check || [ $? -eq 3 ]'
  const lines = (await runOrFail(['bash', '-c', check, script])).split('\n').filter(Boolean)
  return lines.map((line) => {
    const [detail = '', remedy = ''] = line.split('\t')
    return { detail, remedy }
  })
}
