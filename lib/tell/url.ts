import { InfraError } from '../errors.ts'

/** @param option that names it: `webhook`. @throws InfraError (exit code 2) for what is no URL of HTTP. */
export const requireUrl = (option: string, url: string): void => {
  if (URL.canParse(url) && /^https?:$/.test(new URL(url).protocol)) return
  throw new InfraError(`--${option}: ${url} is no URL`, { exitCode: 2, hint: 'It begins with https://' })
}
