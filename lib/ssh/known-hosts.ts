import { InfraError } from '../errors.ts'

/** A known_hosts line; wire format of the key in RFC 8709 section 4. */
export const knownHostsLine = (alias: string, hostKey: string): string => {
  const type = Buffer.from('ssh-ed25519')
  const key = Buffer.from(hostKey, 'base64url')
  const length = (bytes: Buffer): Buffer => {
    const prefix = Buffer.alloc(4)
    prefix.writeUInt32BE(bytes.length)
    return prefix
  }
  return `${alias} ssh-ed25519 ${Buffer.concat([length(type), type, length(key), key]).toString('base64')}`
}

/** The raw key of a public key line such as `ssh-ed25519 AAAA… comment`, base64url. */
export const rawHostKey = (publicKeyLine: string): string => {
  const [type, blob] = publicKeyLine.trim().split(/\s+/)
  if (type !== 'ssh-ed25519' || !blob) throw new InfraError(`Not an ed25519 public key: ${publicKeyLine.slice(0, 40)}`)
  return Buffer.from(blob, 'base64').subarray(-32).toString('base64url')
}

/** One alias a server id, so that a reused address never meets another machine's key. */
export const hostAlias = ({ name, id }: { readonly name: string; readonly id: number }): string => `${name}-${id}`

/** The key itself of a public key line, without type and comment: what tells two keys apart. */
export const rawPublicKey = (publicKeyLine: string): string => publicKeyLine.trim().split(/\s+/)[1] ?? ''
