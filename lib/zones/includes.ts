/** A file that a master file draws in. */
export interface Include {
  /** As it is written, quotes and their escapes undone. */
  readonly file: string
  /** Of the directive. */
  readonly line: number
}

// The words of a master file as BIND's own lexer finds them (lib/isc/lex.c): a comment ends with its line, a quoted string may
// hold a line's end only behind a backslash, which is undone before quotes alone.
const words =
  /(?<end>\r?\n)|;[^\n]*|(?<space>[ \t]+)|(?<bracket>[()])|"(?<quoted>(?:\\[\s\S]|[^"\\\n])*)"|(?<plain>(?:\\[^\r\n]|[^\s;()"\\])+)|[\s\S]/g

/**
 * The `$INCLUDE` directives of a master file (RFC 1035 §5.1), as named-compilezone sees them: in any letter case, quoted or not, at
 * the beginning of a line only, and not inside a string, a comment or a record that goes on over several lines.
 */
export const findIncludes = (text: string): readonly Include[] => {
  const includes: Include[] = []
  let line = 1
  let directiveLine = 0
  let depth = 0
  let expected: 'directive' | 'file' | 'other' = 'directive'
  let isLineStart = true
  for (const { 0: whole, groups = {} } of text.matchAll(words)) {
    const word = groups.quoted?.replaceAll('\\"', '"') ?? groups.plain
    if (groups.bracket) depth = Math.max(0, depth + (groups.bracket === '(' ? 1 : -1))
    if (depth === 0 && groups.end) expected = 'directive'
    else if (depth === 0 && groups.space && isLineStart) expected = 'other'
    if (word !== undefined) {
      if (expected === 'file') includes.push({ file: word, line: directiveLine })
      const isDirective: boolean = expected === 'directive' && word.toUpperCase() === '$INCLUDE'
      if (isDirective) directiveLine = line
      expected = isDirective ? 'file' : 'other'
    }
    isLineStart = groups.end !== undefined
    line += whole.split('\n').length - 1
  }
  return includes
}
