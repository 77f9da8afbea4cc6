import colors from 'ansi-colors'
import enquirer from 'enquirer'
import wrap from 'wrap-ansi'
import { InfraError } from './errors.ts'

/** Whether a question can be asked: enquirer on a closed stdin ends the process without a word. */
export const canAsk = (): boolean => process.stdin.isTTY === true && process.stderr.isTTY === true

/** Asks yes or no; default No, unless said otherwise. */
export const confirm = async (message: string, { initial = false } = {}): Promise<boolean> => {
  const { answer } = await ask<{ answer: boolean }>({ type: 'confirm', name: 'answer', message, initial })
  return answer
}

/**
 * Asks for `name` to be typed, so that neither a habit nor a key pressed too early can agree. Anything else is told and asked
 * again; nothing typed is a no.
 * @param no what that means, where the run goes on: the end of a sentence.
 */
export const typeToConfirm = async (name: string, loss: string, no = 'for no'): Promise<boolean> => {
  const { answer } = await ask<{ answer: string }>({
    type: 'input',
    name: 'answer',
    message: `${loss}\nType ${name} to agree, or nothing ${no}`,
    validate: (typed) => isAnswer(typed, name) || `That is not ${name}: type it exactly, or leave it empty ${no}`,
  })
  if (answer.trim() === name) return true
  process.stderr.write('  Not agreed to.\n')
  return false
}

const isAnswer = (typed: string, name: string): boolean => ['', name].includes(typed.trim())

/** enquirer puts a mark before the first line and breaks lines in the middle of words. */
const markWidth = 4

const fold = (text: string): string => {
  const [first = '', ...rest] = wrap(text, Math.max(20, (process.stderr.columns ?? 80) - markWidth)).split('\n')
  return [first, ...rest.map((line) => `  ${line}`)].join('\n')
}

const ask = async <T extends object>(question: {
  type: string
  name: string
  message: string
  initial?: unknown
  validate?: (typed: string) => true | string
}): Promise<T> => {
  // it looks at what the terminal can do, and not at NO_COLOR
  colors.enabled = process.stderr.hasColors?.() ?? false
  const asked = { ...question, message: fold(question.message), stdout: process.stderr }
  try {
    return await enquirer.prompt<T>(asked as Parameters<typeof enquirer.prompt>[0])
  } catch (error) {
    // Ctrl-C at a question rejects with an empty string
    if (error instanceof Error) throw error
    throw new InfraError('Interrupted at the question', {
      exitCode: 130,
      hint: 'Run the same command again to go on from here.',
    })
  }
}
