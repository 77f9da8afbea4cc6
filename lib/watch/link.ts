import { query } from '../dns/query.ts'
import type { Endpoint } from '../dns/wire/reply.ts'
import { isAddress } from '../ip.ts'
import type { Pace } from '../pace.ts'
import type { CheckReport } from '../report/check-dns.ts'

interface LinkOptions {
  /** Root servers, who have nothing to do with what is watched. */
  readonly roots: readonly Endpoint[]
  readonly signal: AbortSignal
  readonly pace: Pace | undefined
}

/** Of each family; more of them would not know better. */
const enough = 4

/**
 * Whether this computer reaches anybody. Asked of the root servers, and only when nothing at all was right in a look: that every server of
 * ours fails is either an outage, or says nothing of them.
 * @throws the signal's reason once it is aborted.
 */
export const findLink = async ({ findings }: CheckReport, { roots, signal, pace }: LinkOptions): Promise<boolean> => {
  // what is asked of no address needs no link
  const asked = findings.filter(({ address }) => isAddress(address))
  if (asked.length === 0 || asked.some(({ status }) => status === 'ok')) return true
  const some = [...roots.slice(0, enough), ...roots.slice(enough).slice(-enough)]
  const replies = await Promise.all(
    some.map((root) => query(root, { name: '.', type: 'NS', transport: 'udp' }, { signal, pace })),
  )
  signal.throwIfAborted()
  return replies.some(({ kind }) => kind === 'answered' || kind === 'malformed')
}
