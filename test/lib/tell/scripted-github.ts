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
  repository: object
  /** Answers in place of the next request of this method: `lost` after it was done. */
  faults: Map<string, { status: number; text: string } | 'lost'>
  dropsLabels: boolean
}

export interface ScriptedGithub {
  readonly endpoint: string
  /** Of the test that runs. */
  readonly state: () => GithubState
}

const createState = (): GithubState => ({
  issues: [],
  requests: [],
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

/** Issues of one repository over HTTP, for all tests of a suite: each finds none. */
export const createScriptedGithub = async (test: Test): Promise<ScriptedGithub> => {
  let state = createState()
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
      const [status, answer] = take(state, { method, url, body })
      if (fault === 'lost') return void request.socket.destroy()
      response.writeHead(status).end(JSON.stringify(answer))
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  test.after(() => {
    server.close()
    server.closeAllConnections()
  })
  test.before.each(() => {
    state = createState()
  })
  return { endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, state: () => state }
}
