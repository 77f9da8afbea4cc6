/** One word for a POSIX shell, or for what splits a string as one does: only what is plainly harmless stays bare. */
export const quoteWord = (word: string): string =>
  /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`

/**
 * A path as one argument of a line that ssh_config(5) describes, in a file or behind `-o`: white space would end it, quotes and
 * backslashes are taken away, and `%` begins a token.
 */
export const quotePath = (file: string): string =>
  /^[\w@+=:,./~-]+$/.test(file) ? file : `"${file.replaceAll(/["\\]/g, '\\$&').replaceAll('%', '%%')}"`
