import type { Call, Send } from './call.ts'
import { malformedAnswer } from './failure.ts'
import { field } from './field.ts'

interface Meta {
  readonly pagination?: { readonly next_page: number | null }
}

/**
 * Every object of a list, over all its pages. Follows `next_page` until it is null; `last_page` and `total_entries` may be null.
 * Source: https://docs.hetzner.cloud/reference/cloud#description/pagination
 */
export const listAll = async <T>(send: Send, path: string, key: string, query: Call['query'] = {}): Promise<T[]> => {
  const all: T[] = []
  for (let page: number | null = 1; page !== null; ) {
    const call: Call = { method: 'GET', path, query: { ...query, page, per_page: 50 } }
    const answer = await send(call)
    const items = field<readonly T[]>(call, answer, key)
    if (!Array.isArray(items)) throw malformedAnswer(call, { problem: `has no list "${key}"` })
    all.push(...items)
    const next = nextPage(answer)
    if (next !== null && next <= page) throw malformedAnswer(call, { problem: `leads from page ${page} to ${next}` })
    page = next
  }
  return all
}

const nextPage = (answer: unknown): number | null => (answer as { meta?: Meta }).meta?.pagination?.next_page ?? null
