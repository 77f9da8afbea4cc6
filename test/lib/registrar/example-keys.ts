import type { DomainKey } from '../../../lib/registrar/driver.ts'

/** Keys of example.com with their DS records as in RFC 8080 §6.1. */
export const one: DomainKey = {
  flags: 257,
  algorithm: 15,
  publicKey: 'l02Woi0iS8Aa25FQkUd9RMzZHJpBoRQwAQEX1SxZJA4=',
  tag: 3613,
  digestType: 2,
  digest: '3aa5ab37efce57f737fc1627013fee07bdf241bd10f3b1964ab55c78e79a304b',
}
export const two: DomainKey = {
  flags: 257,
  algorithm: 15,
  publicKey: 'zPnZ/QwEe7S8C5SPz2OfS5RR40ATk2/rYnE9xHIEijs=',
  tag: 35217,
  digestType: 2,
  digest: '401781b934e392de492ec77ae2e15d70f6575a1c0bc59c5275c04ebe80c6614c',
}

/** A key of example.net as in RFC 6605 §6.1: of the algorithm that zones are signed with here. */
export const ofExampleNet: DomainKey = {
  flags: 257,
  algorithm: 13,
  publicKey: 'GojIhhXUN/u4v54ZQqGSnyhWJwaubCvTmeexv7bR6edbkrSqQpF64cYbcB7wNcP+e+MAnLr+Wi9xMWyQLc8NAA==',
  tag: 55648,
  digestType: 2,
  digest: 'b4c8c1fe2e7477127b27115656ad6256f424625bf5c1e2770ce6d6e37df61d17',
}

export const [dsOne, dsTwo] = [one, two].map(
  ({ tag, algorithm, digestType, digest }) => `${tag} ${algorithm} ${digestType} ${digest.toUpperCase()}`,
) as [string, string]
