export interface HostFailure {
  readonly host: string
  readonly task: string
  readonly message: string
}

/** The task that a line of Ansible's default output announces, such as `nameserver : Install packages`. */
export const taskOf = (line: string): string | undefined => /^(?:TASK|RUNNING HANDLER) \[(.+?)\] \**$/.exec(line)?.[1]

/** What failed on which host, from the output of a whole run (callback `default`). */
export const failuresOf = (output: string): readonly HostFailure[] => {
  let task = ''
  const failures: HostFailure[] = []
  for (const line of output.split('\n')) {
    task = taskOf(line) ?? task
    const match = /^(?:fatal|failed): \[([^\]]+?)\](?: \(item=.*?\))?(?:: \w+!)? => (.*)$/.exec(line)
    if (match?.[1] !== undefined)
      failures.push({ host: match[1].split(' ->')[0] ?? '', task, message: messageOf(match[2] ?? '') })
  }
  return failures
}

const messageOf = (json: string): string => {
  try {
    const result: { msg?: unknown; stderr?: unknown } = JSON.parse(json)
    return [result.msg, result.stderr].filter((part) => typeof part === 'string' && part !== '').join(' ')
  } catch {
    return json
  }
}

interface Recap {
  readonly ok: number
  readonly changed: number
  readonly unreachable: number
  readonly failed: number
}

const recapLine = /^(\S+)\s+: ok=(\d+)\s+changed=(\d+)\s+unreachable=(\d+)\s+failed=(\d+)/gm

/** What the recap at the end says of each host. */
const recapOf = (output: string): ReadonlyMap<string, Recap> =>
  new Map(
    [...output.matchAll(recapLine)].map(([, host = '', ...counts]) => {
      const [ok = 0, changed = 0, unreachable = 0, failed = 0] = counts.map(Number)
      return [host, { ok, changed, unreachable, failed }]
    }),
  )

/** Hosts and the tasks that changed something there, from the output of a whole run. */
export const changesOf = (output: string): ReadonlyMap<string, readonly string[]> => {
  const changes = new Map<string, string[]>([...recapOf(output).keys()].map((host) => [host, []]))
  let task = ''
  for (const line of output.split('\n')) {
    task = taskOf(line) ?? task
    const host = /^changed: \[([^\] ]+)/.exec(line)?.[1]
    if (host !== undefined) changes.get(host)?.push(task)
  }
  return changes
}

/** Those of `hosts` of which the recap does not say that something was done, and nothing of it in vain. */
export const idleHosts = (output: string, hosts: readonly string[]): readonly string[] => {
  const recap = recapOf(output)
  return hosts.filter((host) => {
    const counts = recap.get(host)
    return !counts || counts.ok === 0 || counts.unreachable > 0 || counts.failed > 0
  })
}
