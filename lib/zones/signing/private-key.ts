import { createECDH } from 'node:crypto'
import path from 'node:path'
import { InfraError } from '../../errors.ts'
import { decrypt } from './age.ts'
import { folderOf } from './keys.ts'
import { headOctets, type ZoneKey } from './zone-key.ts'

/**
 * Decrypts the private half of a key, and proves that it is the half of that key. It is never in a file that has a name.
 * @param folder of all keys.
 * @param identity path of the private SSH key, or age key, of somebody to whom it was encrypted.
 * @returns what dnssec-signzone(8) reads, without any times: what signs is what is there.
 * @throws InfraError (exit code 2) without a word of what was decrypted.
 */
export const openPrivateKey = async (
  key: ZoneKey,
  { folder, identity }: { readonly folder: string; readonly identity: string },
): Promise<string> => {
  const file = path.join(folderOf(key, folder), `${key.name}.private.age`)
  const scalar = /^PrivateKey: (\S+)$/m.exec(await decrypt(file, identity))?.[1]
  if (scalar !== undefined && isHalfOf(key, Buffer.from(scalar, 'base64'))) {
    return `Private-key-format: v1.3\nAlgorithm: 13 (ECDSAP256SHA256)\nPrivateKey: ${scalar}\n`
  }
  throw new InfraError(`${file} does not hold the private half of ${key.name}.key`, {
    hint: 'Nothing was created or changed. Bring back the two files that were made together (git, a backup).',
    exitCode: 2,
  })
}

const isHalfOf = ({ rdata }: ZoneKey, scalar: Buffer): boolean => {
  const pair = createECDH('prime256v1')
  try {
    pair.setPrivateKey(scalar)
  } catch {
    return false
  }
  // the first octet says that the point is not compressed
  return pair.getPublicKey().subarray(1).equals(rdata.subarray(headOctets))
}
