import { createOperationCommand, runCommand } from '../cli.ts'
import type { CommonOptions, Operation } from '../tasks/operation.ts'

/** Runs the script of an operation. What it works with is loaded once its options are known to be right, so that help is quick. */
export const runScript = async <Options extends CommonOptions>(operation: Operation<Options>): Promise<void> => {
  const command = operation.options(createOperationCommand(operation))
  await runCommand(command, async (options, interrupt) => {
    const { operate } = await import('../tasks/operate.ts')
    return operate(operation, options, interrupt)
  })
}
