/** A word of a master file. */
interface Word {
  /** Quotes and their escapes undone. */
  readonly text: string
  /** Where it stands. */
  readonly line: number
}

/** A record or a directive, with brackets over several lines. */
export interface Entry {
  /** Its line begins with a blank: a record of the owner before. */
  readonly isIndented: boolean
  /** Never empty. */
  readonly words: readonly Word[]
}

// The words of a master file as BIND's own lexer finds them (lib/isc/lex.c): a comment ends with its line, a quoted string may
// hold a line's end only behind a backslash, which is undone before quotes alone.
const tokens =
  /(?<end>\r?\n)|;[^\n]*|(?<space>[ \t]+)|(?<bracket>[()])|"(?<quoted>(?:\\[\s\S]|[^"\\\n])*)"|(?<plain>(?:\\[^\r\n]|[^\s;()"\\])+)|[\s\S]/g

/** The entries of a master file (RFC 1035 §5.1), as named-compilezone sees them. What they mean is for BIND to say. */
export const readEntries = (text: string): readonly Entry[] => {
  const entries: { isIndented: boolean; readonly words: Word[] }[] = []
  let entry = { isIndented: false, words: [] as Word[] }
  let line = 1
  let depth = 0
  let isLineStart = true
  for (const { 0: whole, groups = {} } of text.matchAll(tokens)) {
    const word = groups.quoted?.replaceAll('\\"', '"') ?? groups.plain
    if (groups.bracket) depth = Math.max(0, depth + (groups.bracket === '(' ? 1 : -1))
    if (depth === 0 && groups.end) entry = { isIndented: false, words: [] }
    else if (depth === 0 && groups.space && isLineStart) entry.isIndented = true
    if (word !== undefined) {
      if (entry.words.length === 0) entries.push(entry)
      entry.words.push({ text: word, line })
    }
    isLineStart = groups.end !== undefined
    if (whole.includes('\n')) line += whole.split('\n').length - 1
  }
  return entries
}
