/** Longer than all that stand in a text, so that none of these ends what this one begins (CommonMark §4.5, §6.1). */
const ticksAround = (text: string, least: number): string => {
  const longest = Math.max(0, ...[...text.matchAll(/`+/g)].map(([ticks]) => ticks.length))
  return '`'.repeat(Math.max(least, longest + 1))
}

/** A block of lines that nothing in it ends. Pure. */
export const fenced = (language: 'diff' | 'text', lines: readonly string[]): string => {
  const text = lines.join('\n')
  const fence = ticksAround(text, 3)
  return `${fence}${language}\n${text}\n${fence}`
}

/** Text as it is, within a line. Pure. */
export const codeOf = (text: string): string => {
  const ticks = ticksAround(text, 1)
  return text.includes('`') ? `${ticks} ${text} ${ticks}` : `${ticks}${text}${ticks}`
}
