/** A line that is too long, with a mark where it was cut. */
export const cut = (line: string, width: number): string =>
  line.length > width ? `${line.slice(0, width - 1)}…` : line
