import { readEntries } from './entries.ts'

/** A file that a master file draws in. */
export interface Include {
  /** As it is written, quotes and their escapes undone. */
  readonly file: string
  /** Of the directive. */
  readonly line: number
}

/**
 * The `$INCLUDE` directives of a master file (RFC 1035 §5.1), as named-compilezone sees them: in any letter case, quoted or not, at
 * the beginning of a line only, and not inside a string, a comment or a record that goes on over several lines.
 */
export const findIncludes = (text: string): readonly Include[] =>
  readEntries(text).flatMap(({ isIndented, words: [directive, file] }) =>
    !isIndented && directive && file && directive.text.toUpperCase() === '$INCLUDE'
      ? [{ file: file.text, line: directive.line }]
      : [],
  )
