export interface Recorded<T> {
  readonly result: T
  readonly stdout: string
  readonly stderr: string
}

/** What is written while `work` runs, instead of writing it. One at a time. */
export const recordOutput = async <T>(work: () => Promise<T>): Promise<Recorded<T>> => {
  const written = { stdout: '', stderr: '' }
  const { stdout, stderr } = process
  const restore = [stdout, stderr].map((stream) => {
    const { write } = stream
    stream.write = (text: string | Uint8Array): boolean => {
      written[stream === stdout ? 'stdout' : 'stderr'] += String(text)
      return true
    }
    return (): void => {
      stream.write = write
    }
  })
  try {
    return { result: await work(), ...written }
  } finally {
    for (const back of restore) back()
  }
}
