import { createInterface } from 'node:readline'
import colors from 'ansi-colors'
import enquirer from 'enquirer'
import wrap from 'wrap-ansi'
import { InfraError } from './errors.ts'
import { canDraw, sizeOf } from './terminal.ts'

/** Whether a question can be asked: enquirer on a closed stdin ends the process without a word. */
export const canAsk = (): boolean => process.stdin.isTTY === true && process.stderr.isTTY === true

/** Asks yes or no; default No, unless said otherwise. */
export const confirm = async (message: string, { initial = false } = {}): Promise<boolean> => {
  if (canDraw(process.stderr)) return askDrawing<boolean>({ type: 'confirm', message, initial })
  const typed = await askPlainly(`${message} ${initial ? '(Y/n)' : '(y/N)'}`)
  return typed === '' ? initial : /^y(es)?$/i.test(typed)
}

/**
 * Asks for `name` to be typed, so that neither a habit nor a key pressed too early can agree. Anything else is told and asked
 * again; nothing typed is a no.
 * @param no what that means, where the run goes on: the end of a sentence.
 */
export const typeToConfirm = async (name: string, loss: string, no = 'for no'): Promise<boolean> => {
  const message = `${loss}\nType ${name} to agree, or nothing ${no}`
  const validate = (typed: string): true | string =>
    ['', name].includes(typed.trim()) || `That is not ${name}: type it exactly, or leave it empty ${no}`
  const answer = canDraw(process.stderr)
    ? await askDrawing<string>({ type: 'input', message, validate })
    : await askUntilRight(message, validate)
  if (answer.trim() === name) return true
  process.stderr.write('  Not agreed to.\n')
  return false
}

const askUntilRight = async (message: string, validate: (typed: string) => true | string): Promise<string> => {
  const typed = await askPlainly(`${message}:`)
  const fault = validate(typed)
  return fault === true ? typed : askUntilRight(fault, validate)
}

/** enquirer puts a mark before the first line and breaks lines in the middle of words. */
const markWidth = 4

const fold = (text: string): string => {
  const [first = '', ...rest] = wrap(text, Math.max(20, sizeOf(process.stderr).columns - markWidth)).split('\n')
  return [first, ...rest.map((line) => `  ${line}`)].join('\n')
}

const interruptedError = (): InfraError =>
  new InfraError('Interrupted at the question', {
    exitCode: 130,
    hint: 'Run the same command again to go on from here.',
  })

/** Draws the question, and what is typed, over and over. */
const askDrawing = async <T>(question: {
  readonly type: 'confirm' | 'input'
  readonly message: string
  readonly initial?: boolean
  readonly validate?: (typed: string) => true | string
}): Promise<T> => {
  // it looks at what the terminal can do, and not at NO_COLOR
  colors.enabled = process.stderr.hasColors?.() ?? false
  const asked = { ...question, name: 'answer', message: fold(question.message), stdout: process.stderr }
  try {
    const { answer } = await enquirer.prompt<{ answer: T }>(asked as Parameters<typeof enquirer.prompt>[0])
    return answer
  } catch (error) {
    // Ctrl-C at a question rejects with an empty string
    if (error instanceof Error) throw error
    throw interruptedError()
  }
}

/** One line as it was typed, for a terminal that can but print. */
const askPlainly = (message: string): Promise<string> =>
  new Promise((resolve, reject) => {
    const lines = createInterface({ input: process.stdin, output: process.stderr, terminal: false })
    const end = (settle: () => void) => (): void => {
      process.off('SIGINT', interrupt)
      settle()
      lines.close()
    }
    const interrupt = end(() => reject(interruptedError()))
    process.on('SIGINT', interrupt)
    // a terminal that is closed has no answer either; after one, nobody listens any more
    lines.on('close', interrupt)
    lines.question(`${fold(message)} `, (typed) => end(() => resolve(typed.trim()))())
  })
