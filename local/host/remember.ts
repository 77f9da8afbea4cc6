/** Reads once; a failure is forgotten, so that the next to ask tries again. */
export const rememberSuccess = <T>(read: () => Promise<T>): (() => Promise<T>) => {
  let value: Promise<T> | undefined
  return () => {
    value ??= read().catch((error: unknown) => {
      value = undefined
      throw error
    })
    return value
  }
}
