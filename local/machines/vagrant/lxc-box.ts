import { chmod, mkdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { ensureImage } from '../image/image.ts'
import type { OwnBox } from './boxes.ts'
import { waitingFiles } from './own-files.ts'

const settings = `lxc.include = /usr/share/lxc/config/common.conf
lxc.arch = linux64
lxc.apparmor.profile = unconfined
`

/** Our image as vagrant-lxc wants it: everything two directories deep in one archive. */
export const lxcBox: OwnBox = {
  revision: 2,
  recipe: (debian) => debian,
  build: async ({ cacheDir, recipe, scratch, target }) => {
    const image = await ensureImage({ cacheDir, recipe })
    const additions = path.join(scratch, 'additions')
    for (const file of waitingFiles) {
      const added = path.join(additions, file.path)
      await mkdir(path.dirname(added), { recursive: true })
      await writeFile(added, file.text)
      await chmod(added, file.mode)
    }
    await writeFile(path.join(target, 'metadata.json'), '{"provider":"lxc","version":"1.0.0"}')
    await writeFile(path.join(target, 'lxc-config'), settings)
    const added = waitingFiles.map((file) => `./${file.path}`).join(' ')
    const options = "--numeric-owner --xattrs --xattrs-include='*' --exclude='./dev/*' --transform='s,^[.],./rootfs,S'"
    return `tar ${options} -cf - -C ${image} . -C ${additions} ${added} | gzip -1 >${target}/rootfs.tar.gz`
  },
}
