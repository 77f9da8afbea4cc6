/** Like `Promise.all` of a `map`, but no more than `limit` at a time. Results in the order of the items. */
export const mapBounded = async <T, R>(
  items: readonly T[],
  limit: number,
  work: (item: T) => Promise<R>,
): Promise<readonly R[]> => {
  const results: R[] = []
  const queue = items.entries()
  const runLane = async (): Promise<void> => {
    // one iterator for all lanes: each takes what is next
    for (const [index, item] of queue) results[index] = await work(item)
  }
  await Promise.all(Array.from({ length: Math.min(limit, items.length) }, runLane))
  return results
}

/** Lets no more than `limit` at work at a time, of all that it is given; the others wait, in the order in which they came. */
export const createLimit = (limit: number): (<T>(work: () => Promise<T>) => Promise<T>) => {
  const waiting: (() => void)[] = []
  let free = limit
  return async (work) => {
    if (free > 0) free -= 1
    else await new Promise<void>((resolve) => waiting.push(resolve))
    try {
      return await work()
    } finally {
      const next = waiting.shift()
      // the place goes from one to the next
      if (next) next()
      else free += 1
    }
  }
}
