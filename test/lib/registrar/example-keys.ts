import type { DomainKey } from '../../../lib/registrar/driver.ts'

/** A key of example.net as in RFC 6605 §6.1: of the algorithm that zones are signed with here. */
export const ofExampleNet: DomainKey = {
  flags: 257,
  algorithm: 13,
  publicKey: 'GojIhhXUN/u4v54ZQqGSnyhWJwaubCvTmeexv7bR6edbkrSqQpF64cYbcB7wNcP+e+MAnLr+Wi9xMWyQLc8NAA==',
  tag: 55648,
  digestType: 2,
  digest: 'b4c8c1fe2e7477127b27115656ad6256f424625bf5c1e2770ce6d6e37df61d17',
}
