import { InfraError } from '../errors.ts'

const loopback = /^(localhost|127(\.\d+){3}|\[::1\])$/

/**
 * Returns the endpoint without its trailing slash. One that is refused is not quoted: it may hold a password.
 * @param isPrivate it is on a network of our own, so that plain http will do.
 * @throws InfraError (exit code 2)
 */
export const verifyEndpoint = (endpoint: string, { isPrivate }: { readonly isPrivate: boolean }): string => {
  const url = URL.canParse(endpoint) ? new URL(endpoint) : undefined
  if (!url || !['http:', 'https:'].includes(url.protocol) || url.username || url.password || url.search || url.hash) {
    throw new InfraError('The address of the registrar is not an http(s) address without user, query and fragment', {
      hint: 'Put REGISTRAR_ENDPOINT right, or leave it out for the registrar itself.',
      exitCode: 2,
    })
  }
  if (url.protocol === 'http:' && !isPrivate && !loopback.test(url.hostname)) {
    throw new InfraError(`${url.origin} would carry the credentials of the registrar unencrypted`, {
      hint: 'Write REGISTRAR_ENDPOINT with https, or leave it out for the registrar itself.',
      exitCode: 2,
    })
  }
  return url.href.replace(/\/+$/, '')
}

/**
 * Checked here because `fetch` quotes a header value that it cannot send, and with it the secret.
 * @param variable where it comes from.
 * @throws InfraError (exit code 2)
 */
export const verifySecret = (secret: string, variable: string): string => {
  if (/^[\x21-\x7e]+$/.test(secret)) return secret
  throw new InfraError(secret === '' ? `${variable} is empty` : `${variable} holds characters that no secret has`, {
    hint: `Set ${variable} to what the registrar gave you, without spaces or line ends.`,
    exitCode: 2,
  })
}
