import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { InfraError } from '../errors.ts'
import { expandHome } from './expand-home.ts'

/** What age(1) encrypts to. Of a file it passes over all other lines: whoever wrote them could not sign, and would not know. */
const kinds = /^(ssh-ed25519|ssh-rsa) [A-Za-z0-9+/=]+( .*)?$|^age1[0-9a-z]+$/

/**
 * The public keys of those who may sign.
 * @param entries `dnssec.recipients`: such keys, or files that hold one a line, with `#` before remarks.
 * @param root what paths are relative to.
 * @throws InfraError (exit code 2) for any line that is none.
 */
export const readRecipients = async (entries: readonly string[], root: string): Promise<readonly string[]> => {
  const read = await Promise.all(entries.map((entry) => (kinds.test(entry) ? [entry] : readLines(entry, root))))
  return [...new Set(read.flat())]
}

const readLines = async (entry: string, root: string): Promise<readonly string[]> => {
  const file = path.resolve(root, expandHome(entry))
  const text = await readFile(file, 'utf8').catch((cause: unknown) => {
    throw refused(`${entry} is neither a public key nor a file that can be read`, cause)
  })
  const lines = text.split('\n').map((line) => line.trim())
  const keys = lines.filter((line) => line !== '' && !line.startsWith('#'))
  const other = keys.find((line) => !kinds.test(line))
  if (other !== undefined) throw refused(`${file} holds a line that nothing can be encrypted to: ${other.slice(0, 40)}`)
  if (keys.length === 0) throw refused(`${file} holds no public key`)
  return keys
}

const refused = (fact: string, cause?: unknown): InfraError =>
  new InfraError(`dnssec.recipients: ${fact}`, {
    hint: 'It takes public keys of the kinds ssh-ed25519 and ssh-rsa, or age1…, or files that hold such lines. Nothing was changed.',
    exitCode: 2,
    cause,
  })
