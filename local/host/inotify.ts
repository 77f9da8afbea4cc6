import { readFile, writeFile } from 'node:fs/promises'

/** inotify(7): how many instances all processes of one user may have. Linux gives root 128, and the root of a container is counted with him. */
const limitFile = '/proc/sys/fs/inotify/max_user_instances'

/** What systemd takes of them in a machine that shares our kernel; without, its sshd never starts. */
const perMachine = 7
const wanted = 1024

/**
 * Has this computer let root watch files for so many machines as a large rehearsal has. It is left so: others may have come to need it.
 * @returns a sentence where less is allowed and we may not change it.
 */
export const raiseInotifyLimit = async (file = limitFile): Promise<string | undefined> => {
  const limit = Number(await readFile(file, 'utf8'))
  if (limit >= wanted) return undefined
  const isRaised = await writeFile(file, `${wanted}\n`).then(
    () => true,
    () => false,
  )
  if (isRaised) return undefined
  return `no more than ${Math.floor(limit / perMachine)} machines will boot here, in all twins; as root: sysctl -w fs.inotify.max_user_instances=${wanted}`
}
