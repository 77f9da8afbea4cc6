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
