const bars = '▁▂▃▄▅▆▇█'

/** Values as a row of bars, the greatest the highest; equal widths of time, oldest first. */
export const sparkline = (values: readonly number[]): string => {
  const most = Math.max(...values, 0)
  const barOf = (value: number): string => bars[most === 0 ? 0 : Math.ceil((value / most) * (bars.length - 1))] ?? ''
  return values.map(barOf).join('')
}
