import { BlockList, isIPv6 } from 'node:net'
import { InfraError } from '../errors.ts'

/** Returns the endpoint without its trailing slash. A URL that is refused is not quoted: it may hold a password. */
export const verifyEndpoint = (endpoint: string): string => {
  const url = URL.canParse(endpoint) ? new URL(endpoint) : undefined
  if (!url || !['http:', 'https:'].includes(url.protocol) || url.username || url.password || url.search || url.hash) {
    throw refused('the API endpoint is not an http(s) address without user, query and fragment')
  }
  if (url.protocol === 'http:' && !isLoopback(url.hostname)) {
    throw refused(`the API endpoint ${url.origin} would send the token unencrypted`)
  }
  return url.href.replace(/\/+$/, '')
}

const refused = (message: string): InfraError =>
  new InfraError(message, { hint: 'Set HCLOUD_ENDPOINT to something like https://api.hetzner.cloud/v1.', exitCode: 2 })

const loopback = new BlockList()
loopback.addSubnet('127.0.0.0', 8, 'ipv4')
loopback.addAddress('::1', 'ipv6')

const isLoopback = (hostname: string): boolean => {
  const address = hostname.replace(/^\[|\]$/g, '')
  return address === 'localhost' || loopback.check(address, isIPv6(address) ? 'ipv6' : 'ipv4')
}

/** Checked here because `fetch` quotes a header value it cannot send, and with it the token. */
export const verifyToken = (token: string): string => {
  if (/^[\x21-\x7e]+$/.test(token)) return token
  throw new InfraError(token === '' ? 'there is no API token' : 'the API token holds characters no token has', {
    hint: 'Set HCLOUD_TOKEN to an API token of the Project, without spaces or line ends.',
    exitCode: 2,
  })
}
