import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { InfraError } from '../errors.ts'
import { runProgram } from '../outside/program.ts'
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
export const createHostKey = async (): Promise<HostKey> => {
  const directory = await mkdtemp(path.join(tmpdir(), 'dns-key-'))
  try {
    const file = path.join(directory, 'key')
    await makeKey(file)
    const publicKeyLine = (await readFile(`${file}.pub`, 'utf8')).trim()
    return { privateKey: await readFile(file, 'utf8'), publicKeyLine, raw: rawHostKey(publicKeyLine) }
  } finally {
    await rm(directory, { recursive: true, force: true })
  }
}

const missing = { means: 'no host keys can be made', remedy: 'Install it: apt-get install openssh-client' }

const makeKey = async (file: string): Promise<void> => {
  const argv = ['ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-C', '', '-f', file]
  const { exitCode, stderr } = await runProgram(argv, { missing })
  if (exitCode !== 0) throw new InfraError(`ssh-keygen made no host key: ${stderr.trim()}`)
}
