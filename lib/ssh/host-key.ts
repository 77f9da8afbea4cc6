import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { InfraError } from '../errors.ts'
import { runProgram } from '../outside/program.ts'
import { inScratch } from '../scratch.ts'
import { rawHostKey } from './known-hosts.ts'

export interface HostKey {
  /** OpenSSH private key file, for cloud-init. */
  readonly privateKey: string
  readonly publicKeyLine: string
  readonly raw: string
}

/**
 * Makes an ed25519 host key for a server that does not exist yet.
 * @throws InfraError when ssh-keygen is missing or fails.
 */
export const createHostKey = (): Promise<HostKey> =>
  inScratch('dns-key-', async (directory) => {
    const file = path.join(directory, 'key')
    await makeKey(file)
    const publicKeyLine = (await readFile(`${file}.pub`, 'utf8')).trim()
    return { privateKey: await readFile(file, 'utf8'), publicKeyLine, raw: rawHostKey(publicKeyLine) }
  })

const missing = { means: 'no host keys can be made', remedy: 'Install it: apt-get install openssh-client' }

const makeKey = async (file: string): Promise<void> => {
  const argv = ['ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-C', '', '-f', file]
  const { exitCode, stderr } = await runProgram(argv, { missing })
  if (exitCode !== 0) throw new InfraError(`ssh-keygen made no host key: ${stderr.trim()}`)
}
