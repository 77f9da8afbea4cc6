/** `name on host`, said as it begins (`show_per_host_start`): the headlines come after the task where no host waits for another. */
const started = /^ \[started (?:TASK|HANDLER): (.+) on (\S+)\]$/
const ended = /^(?:ok|changed|skipping|fatal|failed): \[([^\]\s]+?)(?: -> [^\]]+)?\]/
/** One turn of a loop is not the end of its task. */
const isTurn = (line: string): boolean => /^\w+: \[[^\]]+\](?::? \w+!)? (?:=> )?\(item=/.test(line)

/**
 * Reads the output of a play line by line, as it comes.
 * @returns for each line what runs now, `Install packages`, with the hosts as soon as they are at different tasks; undefined
 * when nothing does.
 */
export const createProgress = (): ((line: string) => string | undefined) => {
  const running = new Map<string, string>()
  return (line) => {
    const [, task, host] = started.exec(line) ?? []
    if (task !== undefined && host !== undefined) running.set(host, task)
    const done = isTurn(line) ? undefined : ended.exec(line)?.[1]
    if (done !== undefined) running.delete(done)
    return describe(running)
  }
}

const describe = (running: ReadonlyMap<string, string>): string | undefined => {
  const tasks = [...new Set(running.values())]
  if (tasks.length <= 1) return tasks[0]
  const hostsAt = (task: string): string => [...running].flatMap(([host, at]) => (at === task ? [host] : [])).join(', ')
  return tasks.map((task) => `${task} (${hostsAt(task)})`).join('; ')
}
