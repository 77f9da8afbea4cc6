/** Lines of the daemon's log, which appear on standard error of commands that succeed too. */
const logLine = /^\[\d{4}-[^\]]*\] \[(error|warning|info|debug|trace)\]/

/** Control sequences of terminals, which Multipass writes wherever its output goes. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: that is what it is about
const controls = /\u001b\[[0-9;?]*[A-Za-z]/g

export const withoutControls = (text: string): string => text.replaceAll(controls, '').replaceAll('\r', '\n')

/** What a failed command complained of, on one line; lines of the log only if there is nothing else. */
export const describeFailure = (stderr: string): string => {
  const lines = withoutControls(stderr)
    .split('\n')
    .map((line) => line.trim())
    .filter(Boolean)
  const said = lines.filter((line) => !logLine.test(line))
  return (said.length > 0 ? said : lines).join(' / ').slice(-2000) || 'no message'
}

// Multipass has codes for the kind of a failure, but not for its cause: that is in the text only.

export const isUnknownOption = (stderr: string): boolean => /Unknown option/.test(stderr)

export const isMissing = (stderr: string): boolean => /does not exist|instance\(s\) missing/.test(stderr)

const remedies: readonly (readonly [RegExp, string])[] = [
  [
    /cannot connect to the multipass socket/,
    'Its daemon does not answer: `sudo snap restart multipass`, then run the command again.',
  ],
  [
    /Invalid network options/,
    'Multipass does not see the bridges of the twin: compare `multipass networks` with `ip link show type bridge`.',
  ],
  [
    /Custom image|unknown or unreachable|[Dd]ownload|Failed to get|cannot find|Unable to find/,
    'The image cannot be had. Name another with --box: a name of `multipass find`, an https:// URL, or file:// and a path below the home directory of root, where a snap may read.',
  ],
  [
    /not enough|insufficient|no space|memory/i,
    'Free memory or disk, or remove machines: `multipass list`, `multipass delete --purge NAME`.',
  ],
  [
    /ssh connection failed/,
    'Multipass reaches a machine by ssh through its own network: a firewall inside has to let that in (operatorNetworks in infra.config.ts).',
  ],
  [
    /[Tt]imed out/,
    'Without help of the processor (/dev/kvm) machines boot slowly; run the command again. `snap logs multipass` says what the daemon did.',
  ],
]

/** What to do about a failure. @param stderr of the failed command */
export const remedyOf = (stderr: string): string =>
  remedies.find(([pattern]) => pattern.test(stderr))?.[1] ??
  '`multipass list` and `snap logs multipass` say more; then run the command again.'
