import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { rawHostKey } from './known-hosts.ts'

const execFileAsync = promisify(execFile)

export interface HostKey {
  /** OpenSSH private key file, for cloud-init. */
  readonly privateKey: string
  readonly publicKeyLine: string
  readonly raw: string
}

/** Makes an ed25519 host key for a server that does not exist yet. */
export const createHostKey = async (): Promise<HostKey> => {
  const directory = await mkdtemp(path.join(tmpdir(), 'dns-key-'))
  try {
    const file = path.join(directory, 'key')
    await execFileAsync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', '', '-f', file])
    const publicKeyLine = (await readFile(`${file}.pub`, 'utf8')).trim()
    return { privateKey: await readFile(file, 'utf8'), publicKeyLine, raw: rawHostKey(publicKeyLine) }
  } finally {
    await rm(directory, { recursive: true, force: true })
  }
}
