/** What one line of `vagrant … --machine-readable` says: `time,machine,kind,data…`. */
interface AnswerLine {
  readonly kind: string
  readonly data: readonly string[]
}

const unescaped = (text: string): string =>
  text.replaceAll('%!(VAGRANT_COMMA)', ',').replaceAll('\\n', '\n').replaceAll('\\r', '\r')

/** Lines that are not of this form, such as a warning of Ruby, are left out. */
const linesOf = (answer: string): readonly AnswerLine[] =>
  answer
    .split('\n')
    .map((line) => line.split(','))
    .filter(([time = '', , kind]) => /^\d+$/.test(time) && kind !== undefined)
    .map(([, , kind = '', ...data]) => ({ kind, data: data.map(unescaped) }))

/**
 * Why Vagrant gave up: the text of its last error, or of whatever it said last if it was killed or never began.
 * @param answer output of a failed `vagrant … --machine-readable`
 */
export const describeFailure = (answer: string): string => {
  const lines = linesOf(answer)
  const error = lines.findLast(({ kind }) => kind === 'error-exit')
  // its second field is the class of the error; the text is made for a screen
  if (error !== undefined) return onOneLine(error.data.slice(1).join(',') || (error.data[0] ?? ''))
  const last = answer.trim().split('\n').at(-1) ?? ''
  return onOneLine(lines.at(-1)?.data.at(-1) ?? last) || 'it said nothing'
}

const onOneLine = (text: string): string => text.replaceAll(/\s+/g, ' ').trim()
