import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { completionFiles } from './files.ts'

// Writes the completion files anew from the options of the scripts: npm run completion.
for (const [name, text] of Object.entries(completionFiles)) writeFileSync(path.join(import.meta.dirname, name), text)
