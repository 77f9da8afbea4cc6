/** How many questions may be open at a time. */
export interface Window {
  size(): number
  /** One was answered at once, or not. */
  note(isAnswered: boolean): void
}

/** One more for each that is answered at once, up to `most`; after one that is not, as few as in the beginning, for good. */
export const createWindow = (first: number, most: number): Window => {
  let size = first
  let isSteady = true
  return {
    size: () => size,
    note: (isAnswered) => {
      isSteady &&= isAnswered
      size = isSteady ? Math.min(most, size + 1) : first
    },
  }
}
