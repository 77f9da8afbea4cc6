import { chmod, mkdir, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { runOrFail, runShell } from '../host/run.ts'
import { isInSpace } from '../host/space.ts'
import type { DiskFile } from './first-boot.ts'
import type { Machine, MachinePlaces } from './machine.ts'

/** Where overlayfs keeps its marks: trusted.* attributes are for the real root, and without any no new directory can be renamed. */
const marks = isInSpace() ? 'userxattr,' : ''

/** Shell text: shows image and own disk as one directory. */
export const mountDisk = (places: MachinePlaces, { base }: Pick<Machine, 'base'>): string =>
  `mountpoint -q ${places.root} || mount -t overlay ${places.name} -o ${marks}lowerdir=${base},upperdir=${places.upper},workdir=${places.work} ${places.root}`

/** Shell text; a lazy unmount covers a file that something still holds open. */
export const unmountDisk = (places: MachinePlaces): string =>
  `! mountpoint -q ${places.root} || umount ${places.root} 2>/dev/null || umount -l ${places.root}`

/** What a disk is made of. */
interface NewDisk extends Pick<Machine, 'base'> {
  /** Those of a first boot. */
  readonly files: readonly DiskFile[]
  /** Differences from the base to begin with. */
  readonly copyFrom?: string
}

/**
 * An empty disk, or a copy of `copyFrom`, with the files of a first boot on it. These are written through the mounted disk: what the
 * copy has deleted of its base stands in its layer as a mark, in whose place no folder can be made.
 */
export const layDisk = async (places: MachinePlaces, { base, files, copyFrom }: NewDisk): Promise<void> => {
  await runShell(unmountDisk(places))
  for (const directory of [places.upper, places.work, places.root]) {
    await rm(directory, { recursive: true, force: true })
    await mkdir(directory, { recursive: true })
  }
  await chmod(places.upper, 0o755)
  if (copyFrom !== undefined) await copyDisk(copyFrom, places.upper)
  await runShell(mountDisk(places, { base }))
  try {
    for (const file of files) await layFile(places.root, file)
  } finally {
    await runShell(unmountDisk(places))
  }
}

/** New folders get the mode that sshd wants of them, whatever the umask. */
const layFile = async (root: string, file: DiskFile): Promise<void> => {
  const target = path.join(root, file.path)
  const made = await mkdir(path.dirname(target), { recursive: true })
  for (
    let folder = path.dirname(target);
    made !== undefined && folder.startsWith(made);
    folder = path.dirname(folder)
  ) {
    await chmod(folder, folder.endsWith('/.ssh') ? 0o700 : 0o755)
  }
  await rm(target, { force: true })
  await writeFile(target, file.text)
  await chmod(target, file.mode)
}

/**
 * Copies an upper layer with ownership, extended attributes and the marks of deleted files. It may belong to a running
 * machine: tar's status 1 says that a file changed while it was read, as happens to any snapshot.
 */
export const copyDisk = async (from: string, to: string): Promise<void> => {
  await mkdir(to, { recursive: true })
  const options = "--xattrs --xattrs-include='*' --numeric-owner"
  await runShell(
    `{ tar -C ${from} ${options} --warning=no-file-changed --warning=no-file-removed --warning=no-file-ignored -cf - . || [ $? -eq 1 ]; } | tar -C ${to} ${options} -xpf -`,
  )
}

export const bytesOf = async (directory: string): Promise<number> => {
  const [bytes = '0'] = (await runOrFail(['du', '-sb', directory])).split('\t')
  return Number(bytes)
}
