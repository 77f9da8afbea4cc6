import enquirer from 'enquirer'
import { InfraError } from './errors.ts'

/** Whether a question can be asked: enquirer on a closed stdin ends the process without a word. */
export const canAsk = (): boolean => process.stdin.isTTY === true && process.stderr.isTTY === true

/** @throws InfraError (exit code 2) naming the flag that answers the question, when there is no terminal to ask on. */
export const requireTerminal = (question: string, flag: string): void => {
  if (canAsk()) return
  throw new InfraError(`${question}, and there is no terminal to ask on`, {
    exitCode: 2,
    hint: `Nothing was changed. Take ${flag} to answer beforehand.`,
  })
}

/** Asks yes or no; default No, unless said otherwise. */
export const confirm = async (message: string, { initial = false } = {}): Promise<boolean> => {
  const { answer } = await ask<{ answer: boolean }>({ type: 'confirm', name: 'answer', message, initial })
  return answer
}

/**
 * Asks for `name` to be typed, so that neither a habit nor a key pressed too early can agree.
 * @returns whether exactly that was typed.
 */
export const typeToConfirm = async (name: string, loss: string): Promise<boolean> => {
  const { answer } = await ask<{ answer: string }>({
    type: 'input',
    name: 'answer',
    message: `${loss}\n  Type ${name} to agree`,
  })
  return answer.trim() === name
}

const ask = async <T extends object>(question: {
  type: string
  name: string
  message: string
  initial?: unknown
}): Promise<T> => {
  try {
    return await enquirer.prompt<T>({ ...question, stdout: process.stderr } as Parameters<typeof enquirer.prompt>[0])
  } catch (error) {
    // Ctrl-C at a question rejects with an empty string
    if (error instanceof Error) throw error
    throw new InfraError('Interrupted at the question', {
      exitCode: 130,
      hint: 'Run the same command again to go on from here.',
    })
  }
}
