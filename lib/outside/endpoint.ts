import { isLoopback } from '../ip.ts'

/** An http(s) address of an API, without user, query and fragment: those could hold a secret. Undefined for anything else. */
export const parseEndpoint = (text: string): URL | undefined => {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (!url || !['http:', 'https:'].includes(url.protocol)) return undefined
  return url.username || url.password || url.search || url.hash ? undefined : url
}

/** What is sent there can be read on its way: it is not encrypted, and leaves this computer. */
export const isReadableOnTheWay = ({ protocol, hostname }: URL): boolean =>
  protocol === 'http:' && hostname !== 'localhost' && !isLoopback(hostname.replace(/^\[|\]$/g, ''))

/** Without the slashes at its end. */
export const describeEndpoint = ({ href }: URL): string => href.replace(/\/+$/, '')

/** Whether a header can carry it. To be asked first: `fetch` quotes a value that it cannot send, and with it the secret. */
export const isHeaderWord = (secret: string): boolean => /^[\x21-\x7e]+$/.test(secret)
