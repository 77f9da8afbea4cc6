import { InfraError } from '../errors.ts'
import { describeEndpoint, isHeaderWord, isReadableOnTheWay, parseEndpoint } from '../outside/endpoint.ts'

/** Returns the endpoint without its trailing slash. A URL that is refused is not quoted: it may hold a password. */
export const verifyEndpoint = (endpoint: string): string => {
  const url = parseEndpoint(endpoint)
  if (!url) throw refused('the API endpoint is not an http(s) address without user, query and fragment')
  if (isReadableOnTheWay(url)) throw refused(`the API endpoint ${url.origin} would send the token unencrypted`)
  return describeEndpoint(url)
}

const refused = (message: string): InfraError =>
  new InfraError(message, { hint: 'Set HCLOUD_ENDPOINT to something like https://api.hetzner.cloud/v1.', exitCode: 2 })

export const verifyToken = (token: string): string => {
  if (isHeaderWord(token)) return token
  throw new InfraError(token === '' ? 'there is no API token' : 'the API token holds characters no token has', {
    hint: 'Set HCLOUD_TOKEN to an API token of the Project, without spaces or line ends.',
    exitCode: 2,
  })
}
