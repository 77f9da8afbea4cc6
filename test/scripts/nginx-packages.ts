import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'

/** Lines for the machine: uses the repository copied to /root/nginx-packages. */
export const useNginxPackages =
  "echo 'deb [trusted=yes] file:/root/nginx-packages ./' > /etc/apt/sources.list.d/nginx-packages.list"

/**
 * An apt repository with a newer version of each of Debian's own nginx packages: the same files under a higher version.
 * @returns that version.
 */
export const makeNginxPackages = (directory: string): string => {
  mkdirSync(directory, { recursive: true })
  const quietly = { cwd: directory, stdio: ['ignore', 'pipe', 'pipe'] as ['ignore', 'pipe', 'pipe'] }
  const run = (program: string, ...args: readonly string[]): string =>
    execFileSync(program, args, quietly).toString().trim()
  run('apt-get', 'download', 'nginx', 'nginx-common', 'libnginx-mod-stream')
  const version = `${run('dpkg-deb', '-f', debsIn(directory)[0] ?? '', 'Version')}.0.1`
  const stanzas = debsIn(directory).map((deb) => {
    run('dpkg-deb', '-R', deb, 'unpacked')
    const control = path.join(directory, 'unpacked/DEBIAN/control')
    writeFileSync(control, readFileSync(control, 'utf8').replace(/^Version: .*$/m, `Version: ${version}`))
    rmSync(path.join(directory, deb))
    run('dpkg-deb', '--root-owner-group', '-Zgzip', '-z1', '-b', 'unpacked', deb)
    rmSync(path.join(directory, 'unpacked'), { recursive: true })
    const bytes = readFileSync(path.join(directory, deb))
    const sha256 = createHash('sha256').update(bytes).digest('hex')
    return `${run('dpkg-deb', '-f', deb)}\nFilename: ./${deb}\nSize: ${bytes.length}\nSHA256: ${sha256}\n`
  })
  writeFileSync(path.join(directory, 'Packages'), stanzas.join('\n'))
  return version
}

const debsIn = (directory: string): readonly string[] => readdirSync(directory).filter((file) => file.endsWith('.deb'))
