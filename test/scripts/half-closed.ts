import { connect } from 'node:net'
import { createFrameReader, frame } from '../../lib/dns/wire/framing.ts'
import { prepareQuestion } from '../../lib/dns/wire/question.ts'

const { bytes } = prepareQuestion({ name: 'example.test', type: 'SOA', transport: 'tcp' })

/** Asks over TCP and ends the sending side with the question; resolves to whether an answer came before the end. */
export const askHalfClosed = (address: string): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect({ host: address, port: 53, allowHalfOpen: true, timeout: 5000 })
    const end = (isAnswered: boolean): void => {
      socket.destroy()
      resolve(isAnswered)
    }
    socket.on(
      'data',
      createFrameReader(() => end(true)),
    )
    socket.on('end', () => end(false))
    socket.on('error', () => end(false))
    socket.on('timeout', () => end(false))
    socket.end(frame(bytes))
  })
