import type { Readable } from 'node:stream'
import { StringDecoder } from 'node:string_decoder'

type OutputStream = 'stdout' | 'stderr'

/** Told a line, without its end. */
export type OnLine = (line: string, stream: OutputStream) => void | Promise<void>

export interface LineTeller {
  readonly take: OnLine
  /** Resolves when every line was told. @throws what `onLine` threw first; it is told nothing after that. */
  told(): Promise<void>
}

/** Calls `onLine` for one line at a time, whatever the time it takes. */
export const createLineTeller = (onLine: OnLine): LineTeller => {
  let turn: Promise<void> = Promise.resolve()
  let failure: { readonly reason: unknown } | undefined
  const tell: OnLine = async (line, stream) => {
    try {
      if (!failure) await onLine(line, stream)
    } catch (reason) {
      failure = { reason }
    }
  }
  return {
    take: (line, stream) => {
      turn = turn.then(() => tell(line, stream))
    },
    told: async () => {
      await turn
      if (failure) throw failure.reason
    },
  }
}

/**
 * Collects what comes out of a stream, and passes its lines on. zx's own text is decoded piece by piece, which spoils a character
 * that lies in two of them, and its `buffer()` has both streams in one.
 * @returns to be called when the stream has ended.
 */
export const collectOutput = (from: Readable, onLine: (line: string) => void): (() => Buffer) => {
  const chunks: Buffer[] = []
  const decoder = new StringDecoder('utf8')
  let rest = ''
  from.on('data', (chunk: Buffer) => {
    chunks.push(chunk)
    const lines = `${rest}${decoder.write(chunk)}`.split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) onLine(line)
  })
  return () => {
    const last = rest + decoder.end()
    if (last !== '') onLine(last)
    return Buffer.concat(chunks)
  }
}
