const msPerTick = 10

/** What /proc/PID/stat says of processor time, in milliseconds (proc(5)): that of the process, and of the children that it waited for. */
export const cpuTimeIn = (stat: string): { readonly ownMs: number; readonly childrenMs: number } => {
  // the name of the program, in parentheses, may have spaces in it
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  const msOf = (from: number): number => (Number(fields[from]) + Number(fields[from + 1])) * msPerTick
  return { ownMs: msOf(11), childrenMs: msOf(13) }
}
