import { describeMoment } from '../time.ts'
import { describeChange } from '../watch/describe.ts'
import type { Look, Teller } from './teller.ts'
import { type Verdict, verdictOf } from './verdict.ts'

const verdicts: Readonly<Record<Verdict, string>> = {
  ok: 'all is well',
  failed: 'something is wrong',
  unknown: 'something could not be measured',
}

/** What a look says as a whole, so that a line is only written when that changes. */
const stateOf = (look: Look): string => {
  const { report, isLinkUp, open } = look
  if (!isLinkUp) return 'nobody answers, not even the root servers: the way out of this computer is lost'
  if (!report) return 'could not look'
  const moving = report.isMoving ? ', while an operation is at work, so nothing opens' : ''
  return `${verdicts[verdictOf(look)]}${moving}${open.length > 0 ? `; ${open.length} open` : ''}`
}

/** A line when something changes: for logs, and wherever there is no terminal. */
export const createLines = (print: (line: string) => void): Teller => {
  let last = ''
  const sayOnce = (text: string, at: number): void => {
    if (text !== last) print(`${describeMoment(at)}  ${text}`)
    last = text
  }
  return {
    name: 'watch',
    timeoutMs: 5000,
    opened: async (incident, { at }) => print(describeChange('opened', incident, at)),
    changed: async (incident, { at }) => print(describeChange('changed', incident, at)),
    closed: async (incident, { at }) => print(describeChange('closed', incident, at)),
    looked: async (look) => sayOnce([stateOf(look), ...look.remarks].join('. '), look.at),
  }
}
