/** Runs works of one key one after the other, in the order they were asked for, and works of different keys side by side. */
export const createTurns = (): (<T>(key: number, work: () => Promise<T>) => Promise<T>) => {
  const last = new Map<number, Promise<unknown>>()
  return (key, work) => {
    const turn = (last.get(key) ?? Promise.resolve()).then(work, work)
    last.set(key, turn)
    const forget = (): void => {
      if (last.get(key) === turn) last.delete(key)
    }
    turn.then(forget, forget)
    return turn
  }
}
