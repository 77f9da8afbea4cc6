import { randomBytes } from 'node:crypto'
import { query } from '../../lib/dns/query.ts'

interface StreamReport {
  readonly asked: number
  /** What went wrong, a line a question; none when every question got its right answer. */
  readonly faults: readonly string[]
}

export interface Stream {
  stop(): Promise<StreamReport>
}

const running = new Set<Stream>()

/** Ends what a test has left running, because it failed. */
export const stopStreams = async (): Promise<void> => {
  await Promise.allSettled([...running].map((stream) => stream.stop()))
}

/** Asks steadily, until it is stopped. @param ask returns what went wrong, a line each. @param rate calls a second. */
export const startStream = (ask: (count: number) => Promise<readonly string[]>, rate: number): Stream => {
  const faults: string[] = []
  const open = new Set<Promise<void>>()
  let asked = 0
  const timer = setInterval(() => {
    const one = ask(asked)
      .then((found) => void faults.push(...found.map((fault) => `${new Date().toISOString()} ${fault}`)))
      .finally(() => open.delete(one))
    asked += 1
    open.add(one)
  }, 1000 / rate)
  const started: Stream = {
    stop: async () => {
      running.delete(started)
      clearInterval(timer)
      await Promise.all(open)
      return { asked, faults }
    },
  }
  running.add(started)
  return started
}

/**
 * Asks a caching resolver steadily for names that it cannot have in its cache, as they have never been asked for: each question
 * goes to a nameserver of ours, by way of whatever delegation the resolver holds.
 * @param rate questions a second.
 */
export const startResolverStream = (resolver: string, { rate }: { readonly rate: number }): Stream => {
  const stream = randomBytes(6).toString('hex')
  return startStream(async (count) => {
    const name = `${stream}-${count}.preview.example.test`
    const question = { name, type: 'A', transport: 'udp' as const, rd: true }
    const reply = await query({ address: resolver, port: 53 }, question, { timeoutMs: 8000 })
    const said =
      reply.kind === 'answered' ? `${reply.rcode} ${reply.answers.map(({ rdata }) => rdata).join()}` : reply.kind
    return said === 'NOERROR 192.0.2.81' ? [] : [`${name}: ${said}`]
  }, rate)
}
