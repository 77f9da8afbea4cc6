/** One word for a POSIX shell, or for what splits a string as one does: only what is plainly harmless stays bare. */
export const quoteWord = (word: string): string =>
  /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`
