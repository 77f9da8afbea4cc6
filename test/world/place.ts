import { randomInt } from 'node:crypto'
import { type Internet, startInternet } from './internet.ts'

export interface Place {
  readonly internet: Internet
  /** Of a /24, such as `127.80.17`. */
  readonly prefix: string
}

/**
 * A /24 of loopback that nobody uses, claimed by the root server on its first address.
 * @throws Error, never skips, where port 53 may not be used
 */
export const findPlace = async (now: () => number): Promise<Place> => {
  for (let attempt = 1; ; attempt++) {
    const prefix = `127.${randomInt(64, 255)}.${randomInt(0, 256)}`
    try {
      return { internet: await startInternet(prefix, now), prefix }
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException
      if (code === 'EACCES') throw new Error(needsPort53, { cause: error })
      if (code !== 'EADDRINUSE' || attempt === 20) throw error
    }
  }
}

const needsPort53 =
  'Port 53 of 127.0.0.0/8 may not be used by this user, and the tests of whole operations need it. Run them as root, or once: sysctl net.ipv4.ip_unprivileged_port_start=53'
