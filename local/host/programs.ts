import { runShell } from './run.ts'

/** A program, or a pattern of files, and the Debian package it is in. */
export type Program = readonly [program: string, debianPackage: string]

/** Those of the given programs that are not on this computer. */
export const findMissing = async (programs: readonly Program[]): Promise<readonly Program[]> => {
  const search = programs.map(
    ([program], index) => `command -v ${program} >/dev/null || ls -d ${program} >/dev/null 2>&1 || echo ${index}`,
  )
  // an ordinary user has not all directories of programs in the path
  const missing = (await runShell(`PATH="$PATH:/usr/sbin:/sbin"\n${search.join('\n')}`)).split('\n')
  return programs.filter((_, index) => missing.includes(String(index)))
}

/** What is missing, for people: a pattern of files means nothing to them. */
export const describeMissing = (missing: readonly Program[]): string => {
  const names = missing.map(([program, debianPackage]) => (program.startsWith('/') ? debianPackage : program))
  return `missing: ${[...new Set(names)].join(', ')}`
}

/** The line that installs packages, as the set-up does it: without what is only recommended. */
export const installCommand = (packages: readonly string[]): string =>
  `${process.getuid?.() === 0 ? '' : 'sudo '}apt-get install --no-install-recommends ${[...new Set(packages)].join(' ')}`
