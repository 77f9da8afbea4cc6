import { InfraError } from '../errors.ts'

/**
 * @param option that names it: `webhook`.
 * @throws InfraError (exit code 2) for what is no URL of HTTP; it does not repeat the text, in which secrets often stand.
 */
export const requireUrl = (option: string, url: string): void => {
  if (URL.canParse(url) && /^https?:$/.test(new URL(url).protocol)) return
  throw new InfraError(`--${option} was given what is no URL of HTTP`, { exitCode: 2, hint: 'It begins with https://' })
}
