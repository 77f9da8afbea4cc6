import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Test } from 'uvu'

export interface Issue {
  number: number
  title: string
  body: string
  state: string
  labels: { name: string }[]
  pull_request?: object
}

/** What a GitHub has, and how it misbehaves. */
interface GithubState {
  issues: Issue[]
  /** `GET /repos/example/dns/issues` */
  requests: string[]
  /** What every request has to bear, where it is told. */
  token: string | undefined
  repository: object
  /** Answers in place of the next request of this method: `lost` after it was done. */
  faults: Map<string, { status: number; text: string } | 'lost'>
  dropsLabels: boolean
}

export interface RunningGithub {
  readonly endpoint: string
  readonly state: GithubState
  /** As it was at first. */
  forget(): void
  close(): void
}

export interface ScriptedGithub {
  readonly endpoint: string
  /** Of the test that runs. */
  readonly state: () => GithubState
}

const createState = (): GithubState => ({
  issues: [],
  requests: [],
  token: undefined,
  repository: { has_issues: true, archived: false, permissions: { push: true } },
  faults: new Map(),
  dropsLabels: false,
})

interface Asked {
  readonly method: string
  readonly url: URL
  readonly body: string
}

const take = (state: GithubState, { method, url, body }: Asked): readonly [number, unknown] => {
  const [, , , , issues, number] = url.pathname.split('/')
  if (issues === undefined) return [200, state.repository]
  if (method === 'POST') {
    const { labels, ...given } = JSON.parse(body)
    const names = state.dropsLabels ? [] : labels.map((name: string) => ({ name }))
    const issue: Issue = { number: state.issues.length + 1, state: 'open', labels: names, ...given }
    state.issues.push(issue)
    return [201, issue]
  }
  if (method === 'PATCH') {
    const issue = state.issues[Number(number) - 1]
    return issue ? [200, Object.assign(issue, JSON.parse(body))] : [404, { message: 'Not Found' }]
  }
  const page = Number(url.searchParams.get('page'))
  const label = url.searchParams.get('labels')
  const sought = url.searchParams.get('state')
  const found = state.issues.filter(
    (one) => (sought === 'all' || one.state === sought) && one.labels.some(({ name }) => name === label),
  )
  return [200, found.slice((page - 1) * 100, page * 100)]
}

/** The part of GitHub's API that is about the issues of one repository, whichever it is. */
export const startGithub = async (): Promise<RunningGithub> => {
  const state = createState()
  const server = createServer((request, response) => {
    const { method = '' } = request
    const url = new URL(request.url ?? '', 'http://localhost')
    state.requests.push(`${method} ${url.pathname}`)
    let body = ''
    request.setEncoding('utf8').on('data', (chunk) => {
      body += chunk
    })
    request.on('end', () => {
      const fault = state.faults.get(method)
      state.faults.delete(method)
      if (fault && fault !== 'lost') return void response.writeHead(fault.status).end(fault.text)
      if (state.token !== undefined && request.headers.authorization !== `Bearer ${state.token}`)
        return void response.writeHead(401).end('{"message":"Bad credentials"}')
      const [status, answer] = take(state, { method, url, body })
      if (fault === 'lost') return void request.socket.destroy()
      response.writeHead(status).end(JSON.stringify(answer))
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    state,
    forget: () => void Object.assign(state, createState()),
    close: () => {
      server.close()
      server.closeAllConnections()
    },
  }
}

/** One for all tests of a suite: each finds it as it was at first. */
export const createScriptedGithub = async (test: Test): Promise<ScriptedGithub> => {
  const { endpoint, state, forget, close } = await startGithub()
  test.after(close)
  test.before.each(forget)
  return { endpoint, state: () => state }
}
