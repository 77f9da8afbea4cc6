import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { InfraError } from '../../errors.ts'
import { type ProgramResult, runProgram } from '../../outside/program.ts'
import { inScratch } from '../../scratch.ts'

const missing = {
  means: 'private keys of zones can neither be encrypted nor read',
  remedy: 'Install it: apt-get install age (Debian, Ubuntu) or brew install age (macOS).',
}

/** A forgotten question for a passphrase must not hold up a deployment. */
const timeoutMs = 60_000

/**
 * What is in a file that `encrypt` wrote (age(1)).
 * @param identity path of a private SSH key without a passphrase, or of an age key.
 * @throws InfraError (exit code 2).
 */
export const decrypt = async (file: string, identity: string): Promise<string> => {
  const result = await runProgram(['age', '--decrypt', '--identity', identity, file], { missing, timeoutMs })
  if (result.exitCode === 0) return result.stdout
  throw new InfraError(`${file} cannot be decrypted with ${identity}: ${complaintOf(result)}`, {
    hint: 'It takes a private key that it was encrypted to (dnssec.recipients), without a passphrase: the private half of sshKey, or the file that DNSSEC_IDENTITY names in the environment. Nothing was created or changed.',
    exitCode: 2,
  })
}

/**
 * Encrypts what is in `file` to all recipients.
 * @param recipients lines such as `ssh-ed25519 AAAA…` or `age1…`; age(1) refuses other kinds.
 * @throws InfraError (exit code 2).
 */
export const encrypt = (file: string, output: string, recipients: readonly string[]): Promise<void> =>
  inScratch('recipients-', async (folder) => {
    const list = path.join(folder, 'recipients')
    await writeFile(list, `${recipients.join('\n')}\n`)
    const argv = ['age', '--encrypt', '--recipients-file', list, '--output', output, file]
    const result = await runProgram(argv, { missing, timeoutMs })
    if (result.exitCode === 0) return
    throw new InfraError(
      `A private key could not be encrypted: ${complaintOf(result).replaceAll(list, 'recipients')}`,
      {
        hint: 'dnssec.recipients takes public keys of the kinds ssh-ed25519 and ssh-rsa, or age1…. Nothing was created or changed.',
        exitCode: 2,
      },
    )
  })

/** What age says goes to stderr, in lines that begin with its name; the last one is not about the matter. */
const complaintOf = ({ stderr, isTimedOut }: ProgramResult): string => {
  const lines = stderr.split('\n').filter((line) => line.trim() !== '' && !line.includes('filippo.io'))
  return (
    lines.map((line) => line.replace(/^age: (error: )?/, '')).join('; ') || (isTimedOut ? 'it did not end' : 'no word')
  )
}
