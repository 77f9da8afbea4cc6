import { readFileSync } from 'node:fs'
import path from 'node:path'

/**
 * An answer in the form Multipass gives it (json_formatter.cpp of the version, and what 1.16.3 was seen to say), with names of a
 * twin put in: four spaces, empty lists on two lines, fields in the order of the alphabet.
 */
export const recorded = (name: string): string =>
  readFileSync(path.join(import.meta.dirname, 'recorded', `${name}.txt`), 'utf8')
