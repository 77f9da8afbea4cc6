import { environmentOf, filterProcesses } from '../../host/process.ts'

/** Set in the environment of a program and so of all that it starts, which is found by it whoever its parent is. */
export const markOf = (directory: string): string => `TWIN_WORKS_IN=${directory}`

/** Processes marked with a directory below this one. */
export const findMarked = (parent: string): Promise<readonly number[]> => {
  const mark = markOf(`${parent}/`)
  return filterProcesses(async (pid) => (await environmentOf(pid)).some((variable) => variable.startsWith(mark)))
}

/** Shell text: ends every process marked with this directory, also what a killed parent left. */
export const endMarkedText = (directory: string): string =>
  `for try in $(seq 100); do
marked=$(grep --files-with-matches --null-data --line-regexp --fixed-strings --no-messages '${markOf(directory)}' /proc/[0-9]*/environ | sed 's:/proc/::; s:/environ::')
[ -n "$marked" ] || break
kill -KILL $marked 2>/dev/null || true
sleep 0.02
done
[ -z "$marked" ] || { echo "processes $marked do not end" >&2; exit 1; }`
