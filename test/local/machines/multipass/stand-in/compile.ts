import { copyFile, symlink, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { runOrFail } from '../../../../../local/host/run.ts'

const repository = path.resolve(import.meta.dirname, '../../../../..')
const supervise = 'local/machines/supervise.sh'

/**
 * Lays the program as JavaScript, with all it imports, where its wrapper looks for it: a command then takes 0.1 s instead of
 * 0.3 s, and there are hundreds of them in a test.
 */
export const compileProgram = async (directory: string): Promise<void> => {
  const target = path.join(directory, 'program')
  await runOrFail([
    process.execPath,
    path.join(repository, 'node_modules/typescript/bin/tsc'),
    ...['--ignoreConfig', '--noCheck', '--module', 'nodenext', '--target', 'es2023', '--types', 'node'],
    ...['--rewriteRelativeImportExtensions', '--rootDir', repository, '--outDir', target],
    path.join(import.meta.dirname, 'main.ts'),
  ])
  await writeFile(path.join(target, 'package.json'), '{"type":"module"}\n')
  // what runs programs needs zx
  await symlink(path.join(repository, 'node_modules'), path.join(target, 'node_modules'))
  await copyFile(path.join(repository, supervise), path.join(target, supervise))
}
