import wrap from 'wrap-ansi'

interface TableOptions {
  /** Columns of the terminal; Infinity where there is none. */
  readonly width: number
  /** Of figures, which end at the same place. */
  readonly right?: readonly number[]
}

interface Column {
  readonly index: number
  /** With every cell on one line. */
  readonly natural: number
  /** Narrower than this it is not to be read. */
  readonly least: number
}

/** Columns beside each other. */
interface Group {
  readonly columns: readonly Column[]
  readonly indent: number
}

const gap = 2
const firstIndent = 2
/** Of lines that go on with the last columns of a row. */
const laterIndent = 4
/** A cell that is no longer stays on one line: `2.4 ms` is not parted. */
const unparted = 24

/**
 * Lines up the columns of rows, the first of which is the header. Where they do not fit, long cells are folded between words, and
 * columns that do not fit even so go on below. A word that is longer than a line stays whole, since names and addresses are copied. Pure.
 */
export const table = (rows: readonly (readonly string[])[], { width, right = [] }: TableOptions): string => {
  const groups = groupsOf(columnsOf(rows), width, firstIndent)
  const figures = new Set(right)
  const lines = rows.flatMap((row) => groups.flatMap((group) => linesOf(row, group, { width, figures })))
  return lines.filter((line) => line !== '').join('\n')
}

const columnsOf = (rows: readonly (readonly string[])[]): readonly Column[] =>
  (rows[0] ?? []).map((_, index) => {
    const cells = rows.map((row) => row[index] ?? '')
    const natural = Math.max(...cells.map(({ length }) => length))
    const longestWord = Math.max(...cells.flatMap((cell) => cell.split(' ').map(({ length }) => length)))
    return { index, natural, least: Math.max(longestWord, Math.min(natural, unparted)) }
  })

/** As many as fit side by side, from the left; below them the rest. */
const groupsOf = (columns: readonly Column[], width: number, indent: number): readonly Group[] => {
  const least = columns.map((column) => column.least)
  const fitting = least.filter((_, index) => extentOf(least.slice(0, index + 1)) <= width - indent)
  const count = Math.max(1, fitting.length)
  const group = { columns: columns.slice(0, count), indent }
  return count >= columns.length ? [group] : [group, ...groupsOf(columns.slice(count), width, laterIndent)]
}

const extentOf = (widths: readonly number[]): number =>
  widths.reduce((sum, one) => sum + one, 0) + gap * (widths.length - 1)

/** The widest columns give way first. */
const widthsOf = (columns: readonly Column[], room: number): readonly number[] => {
  const at = (most: number) => columns.map(({ natural, least }) => Math.max(least, Math.min(natural, most)))
  let most = Math.max(...columns.map(({ natural }) => natural))
  while (most > 0 && extentOf(at(most)) > room) most -= 1
  return at(most)
}

/** Those of one row that a group has. */
const linesOf = (
  row: readonly string[],
  { columns, indent }: Group,
  { width, figures }: { readonly width: number; readonly figures: ReadonlySet<number> },
): readonly string[] => {
  const widths = widthsOf(columns, width - indent)
  const cells = columns.map(({ index }, at) => wrap(row[index] ?? '', widths[at] ?? 0).split('\n'))
  const pad = (text: string, at: number): string =>
    figures.has(columns[at]?.index ?? 0) ? text.padStart(widths[at] ?? 0) : text.padEnd(widths[at] ?? 0)
  return Array.from({ length: Math.max(...cells.map(({ length }) => length)) }, (_, line) =>
    `${' '.repeat(indent)}${cells.map((lines, at) => pad(lines[line] ?? '', at)).join(' '.repeat(gap))}`.trimEnd(),
  )
}
