export interface HostFailure {
  readonly host: string
  readonly task: string
  readonly message: string
}

/** The task that a line of Ansible's default output announces, such as `nameserver : Install packages`. */
export const taskOf = (line: string): string | undefined => /^(?:TASK|RUNNING HANDLER) \[(.+?)\] \**$/.exec(line)?.[1]

/** What failed on which host, from the output of a whole run (callback `default`). */
export const failuresOf = (output: string): readonly HostFailure[] =>
  linesByTask(output).flatMap(({ task, line }) => {
    const [, named, json = ''] =
      /^(?:fatal|failed): \[([^\]]+?)\](?: \(item=.*?\))?(?:: \w+!)? => (.*)$/.exec(line) ?? []
    return named === undefined ? [] : [{ host: named.split(' ->')[0] ?? '', task, message: messageOf(json) }]
  })

/** Every line of an output, with the task that it is of. */
const linesByTask = (output: string): readonly { readonly task: string; readonly line: string }[] => {
  let task = ''
  return output.split('\n').map((line) => {
    task = taskOf(line) ?? task
    return { task, line }
  })
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

/** Hosts and the tasks that changed something there, from the output of a whole run. What the recap alone tells of is among them. */
export const changesOf = (output: string): ReadonlyMap<string, readonly string[]> => {
  const named = linesByTask(output).flatMap(({ task, line }) => {
    const host = /^changed: \[([^\] ]+)/.exec(line)?.[1]
    return host === undefined ? [] : [{ host, task }]
  })
  return new Map(
    [...recapOf(output)].map(([host, { changed }]) => {
      const tasks = named.filter((one) => one.host === host).map(({ task }) => task)
      return [host, tasks.length === 0 && changed > 0 ? ['a task that is not named'] : tasks]
    }),
  )
}

/** Those of `hosts` of which the recap does not say that something was done, and nothing of it in vain. */
export const idleHosts = (output: string, hosts: readonly string[]): readonly string[] => {
  const recap = recapOf(output)
  return hosts.filter((host) => {
    const counts = recap.get(host)
    return !counts || counts.ok === 0 || counts.unreachable > 0 || counts.failed > 0
  })
}
