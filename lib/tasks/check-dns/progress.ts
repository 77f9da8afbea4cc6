/** How far the asking is. */
export interface Progress {
  /** So many more questions will be asked. */
  expect(questions: number): void
  done(questions?: number): void
}

/** Counts, and says so. @param show is told each time. */
export const createProgress = (show: (done: number, expected: number) => void): Progress => {
  let expected = 0
  let done = 0
  return {
    expect: (questions) => {
      expected += questions
      show(done, expected)
    },
    done: (questions = 1) => {
      done += questions
      show(done, expected)
    },
  }
}
