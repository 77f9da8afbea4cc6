import { copyFile, rm } from 'node:fs/promises'
import path from 'node:path'
import { runShell } from '../host/run.ts'

/**
 * Copies an installed program into our directory. The AppArmor profiles of the packages hold the installed one, by its path, to
 * the files of the packaged service; these are not touched, and ours are read by the copy.
 */
export const copyProgram = async (program: string, directory: string): Promise<string> => {
  const installed = (await runShell(`command -v ${program}`)).trim()
  const copy = path.join(directory, program)
  await rm(copy, { force: true })
  await copyFile(installed, copy)
  return copy
}
