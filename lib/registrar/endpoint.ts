import { InfraError } from '../errors.ts'
import { describeEndpoint, isHeaderWord, isReadableOnTheWay, parseEndpoint } from '../outside/endpoint.ts'

/**
 * Returns the endpoint without its trailing slash. One that is refused is not quoted: it may hold a password.
 * @param isPrivate it is on a network of our own, so that plain http will do.
 * @throws InfraError (exit code 2)
 */
export const verifyEndpoint = (endpoint: string, { isPrivate }: { readonly isPrivate: boolean }): string => {
  const url = parseEndpoint(endpoint)
  if (!url) {
    throw new InfraError('The address of the registrar is not an http(s) address without user, query and fragment', {
      hint: 'Put REGISTRAR_ENDPOINT right, or leave it out for the registrar itself.',
      exitCode: 2,
    })
  }
  if (!isPrivate && isReadableOnTheWay(url)) {
    throw new InfraError(`${url.origin} would carry the credentials of the registrar unencrypted`, {
      hint: 'Write REGISTRAR_ENDPOINT with https, or leave it out for the registrar itself.',
      exitCode: 2,
    })
  }
  return describeEndpoint(url)
}

/**
 * @param variable where it comes from.
 * @throws InfraError (exit code 2)
 */
export const verifySecret = (secret: string, variable: string): string => {
  if (isHeaderWord(secret)) return secret
  throw new InfraError(secret === '' ? `${variable} is empty` : `${variable} holds characters that no secret has`, {
    hint: `Set ${variable} to what the registrar gave you, without spaces or line ends.`,
    exitCode: 2,
  })
}
