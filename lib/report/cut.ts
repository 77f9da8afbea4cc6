/** A line that is longer than a terminal is wide would be wrapped, and only its end rewritten: it is cut, with a mark. */
export const cut = (line: string, width: number): string =>
  line.length > width ? `${line.slice(0, width - 1)}…` : line
