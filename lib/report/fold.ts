import wrap from 'wrap-ansi'

/**
 * Folds text between words, and stands it behind a prefix. A word that is longer than a line stays whole, since names and addresses are
 * copied.
 */
export const fold = (text: string, width: number, prefix = ''): string => {
  const lines = Number.isFinite(width) ? wrap(text, Math.max(1, width - prefix.length)).split('\n') : [text]
  return lines.map((line, index) => (index === 0 ? prefix : ' '.repeat(prefix.length)) + line).join('\n')
}

/** The same of a command line: the shell takes it as it is copied. */
export const foldCommand = (text: string, width: number, prefix: string): string =>
  fold(text, width - ' \\'.length, prefix).replaceAll('\n', ' \\\n')
