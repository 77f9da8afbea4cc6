/** BIND's own strictness for names and for what records refer to: what it would only warn of is a fault here. */
const strict = ['-k', 'fail', '-m', 'fail', '-M', 'fail', '-n', 'fail', '-r', 'fail', '-S', 'fail']

/**
 * Reads a source and prints every record on a line of its own: absolute, sorted, `$GENERATE` and `$INCLUDE` expanded
 * (named-compilezone(1)). What records refer to is not looked at: a source lacks the nameservers' addresses.
 */
export const expandCommand = (origin: string, file: string): readonly string[] => [
  'named-compilezone',
  '-i',
  'none',
  ...strict,
  '-F',
  'text',
  '-s',
  'full',
  '-o',
  '-',
  origin,
  file,
]

/**
 * The gate: reads a finished zone, checks all that named would and more, and prints it as wire-format records. `-i local`,
 * since `full` asks the resolver about names outside the zone, which before a bootstrap cannot exist yet.
 */
export const gateCommand = (origin: string, file: string): readonly string[] => [
  'named-compilezone',
  '-i',
  'local',
  ...strict,
  '-F',
  'raw=1',
  '-o',
  '-',
  origin,
  file,
]
