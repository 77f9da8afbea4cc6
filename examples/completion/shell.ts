/** Scripts are run by one of these. */
export const commands = ['npx', 'tsx', 'node'] as const

/** A file of this project: other projects have scripts of the same names. */
export const mark = 'lib/operations/run-script.ts'

/** How a completion file begins. */
export const header = (startFile: string, shell: string): string =>
  `# Completes the options of npx tsx scripts/NAME.ts. In ~/${startFile}: source PATH/examples/completion/blue-green-dns.${shell}
# Made by npm run completion; do not edit.
`
