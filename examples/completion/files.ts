import { bashCompletion } from './bash.ts'
import { fishCompletion } from './fish.ts'
import { completedScripts } from './scripts.ts'
import { zshCompletion } from './zsh.ts'

/** What every completion file has to be, by its name. */
export const completionFiles: Readonly<Record<string, string>> = {
  'blue-green-dns.bash': bashCompletion(completedScripts),
  'blue-green-dns.zsh': zshCompletion(completedScripts),
  'blue-green-dns.fish': fishCompletion(completedScripts),
}
