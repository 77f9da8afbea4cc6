import { createSocket, type Socket } from 'node:dgram'
import { once } from 'node:events'
import { systemClock } from '../../lib/clock.ts'
import { prepareQuestion } from '../../lib/dns/wire/question.ts'

/** Clients that keep their source port, as forwarders do, and ask on whether they are answered or not. */
export interface Flows {
  /** How many have had no answer, by the end of `ms`, to what they asked from now on. Returns as soon as it is none. */
  countDeaf(ms: number): Promise<number>
  /** How many empty datagrams have come. */
  countEmpty(): number
  stop(): void
}

interface Flow {
  readonly socket: Socket
  asked: number
  /** Number of the youngest question that was answered. */
  answered: number
}

const { bytes } = prepareQuestion({ name: 'example.test', type: 'SOA', transport: 'udp' })

const ask = (flow: Flow): void => {
  flow.asked += 1
  const question = Buffer.from(bytes)
  question.writeUInt16BE(flow.asked, 0)
  flow.socket.send(question)
}

/** @param options.everyMs between two questions of one flow */
export const startFlows = async (
  address: string,
  { count, everyMs }: { readonly count: number; readonly everyMs: number },
): Promise<Flows> => {
  let empty = 0
  const open = async (): Promise<Flow> => {
    const socket = createSocket(address.includes(':') ? 'udp6' : 'udp4')
    socket.connect(53, address)
    await once(socket, 'connect')
    const flow = { socket, asked: 0, answered: 0 }
    socket.on('message', (answer) => {
      if (answer.length === 0) empty += 1
      else flow.answered = Math.max(flow.answered, answer.readUInt16BE(0))
    })
    return flow
  }
  const flows = await Promise.all(Array.from({ length: count }, open))
  const timer = setInterval(() => flows.forEach(ask), everyMs)
  return {
    countDeaf: async (ms) => {
      const from = flows.map((flow) => ({ flow, asked: flow.asked }))
      const deaf = (): number => from.filter(({ flow, asked }) => flow.answered <= asked).length
      for (const until = performance.now() + ms; deaf() > 0 && performance.now() < until; ) await systemClock.sleep(20)
      return deaf()
    },
    countEmpty: () => empty,
    stop: () => {
      clearInterval(timer)
      for (const { socket } of flows) socket.close()
    },
  }
}
