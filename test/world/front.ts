export interface FrontRequest {
  readonly method: string
  /** Such as `/v1/servers?name=lb1`, or `/registrar/domains/example.test`. */
  readonly path: string
  readonly body: string
}

export interface FrontOptions {
  /** Answers a request whose path no longer has the name of the clone. */
  readonly answer: (request: Request) => Response | Promise<Response>
  /** Whether the clone of this name has been killed. */
  readonly isDead: (clone: string) => boolean
  /** Whether this request is refused. */
  readonly isRefused: (request: FrontRequest) => boolean
}

export interface Front {
  /** Of one clone, such as `http://127.0.0.1:1/a`. */
  endpointOf(clone: string): string
  isBusy(): boolean
  close(): void
}

const refusal = (): Response =>
  Response.json(
    { error: { code: 'invalid_input', message: 'refused, as it was told to', details: null } },
    { status: 422 },
  )

/** By origin. */
const fronts = new Map<string, (request: Request, clone: string) => Promise<Response>>()
let opened = 0

const overNetwork = globalThis.fetch
globalThis.fetch = (input, init) => {
  const { origin, pathname } = new URL(input instanceof Request ? input.url : input)
  const front = fronts.get(origin)
  return front ? front(new Request(input, init), pathname.split('/')[1] ?? '') : overNetwork(input, init)
}

/**
 * The way to cloud and registrar, for each clone of its own: one that was killed is not heard, and hears nothing. Whoever fetches there is
 * answered in this process: sockets and HTTP took a third of an operation's time.
 */
export const openFront = ({ answer, isDead, isRefused }: FrontOptions): Front => {
  let open = 0
  const pass = async (request: Request, clone: string): Promise<Response> => {
    const url = new URL(request.url)
    const body = await request.text()
    url.pathname = url.pathname.slice(clone.length + 1)
    if (isRefused({ method: request.method, path: `${url.pathname}${url.search}`, body })) return refusal()
    const { method, headers } = request
    return answer(new Request(url, { method, headers, ...(body === '' ? {} : { body }) }))
  }
  // nobody listens there
  opened += 1
  const origin = `http://127.0.0.1:${opened}`
  fronts.set(origin, async (request, clone) => {
    requireAlive(isDead(clone))
    open += 1
    try {
      return await Promise.race([pass(request, clone), whenAborted(request.signal)])
    } finally {
      open -= 1
      requireAlive(isDead(clone))
    }
  })
  return {
    endpointOf: (clone) => `${origin}/${clone}`,
    isBusy: () => open > 0,
    close: () => void fronts.delete(origin),
  }
}

const requireAlive = (isDead: boolean): void => {
  if (isDead) throw new TypeError('fetch failed')
}

const whenAborted = (signal: AbortSignal): Promise<never> =>
  new Promise((_resolve, reject) => {
    if (signal.aborted) reject(signal.reason)
    signal.addEventListener('abort', () => reject(signal.reason), { once: true })
  })
