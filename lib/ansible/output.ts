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

/** Hosts and their number of changed tasks, from the recap at the end. */
export const changesOf = (output: string): ReadonlyMap<string, number> =>
  new Map(
    [...output.matchAll(/^(\S+)\s+: ok=\d+\s+changed=(\d+)/gm)].map((match) => [match[1] ?? '', Number(match[2])]),
  )
