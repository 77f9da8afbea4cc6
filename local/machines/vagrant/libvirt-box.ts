import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { ensureImage } from '../image/image.ts'
import type { ImageRecipe } from '../image/recipe.ts'
import type { OwnBox } from './boxes.ts'
import { waitingFiles } from './own-files.ts'

const diskGigabytes = 5

/** What a machine with a kernel of its own has besides: it, udev for its devices, and the agent that runs our commands. */
const packages = ['initramfs-tools', 'kmod', 'linux-image-cloud-amd64', 'qemu-guest-agent', 'udev']

/** Only what it takes to find the disk: an emulated processor takes seconds to unpack all that might be needed elsewhere. */
const initramfs = [
  { path: 'etc/initramfs-tools/conf.d/twin', text: 'MODULES=list\nCOMPRESS=gzip\nFSTYPE=ext4\n', mode: 0o644 },
  { path: 'etc/initramfs-tools/modules', text: 'virtio_pci\nvirtio_blk\next4\ncrc32c_generic\n', mode: 0o644 },
]

const recipeOf = (debian: ImageRecipe): ImageRecipe => ({
  ...debian,
  packages: [...debian.packages, ...packages],
  files: [...debian.files, ...waitingFiles, ...initramfs],
  finish: `${debian.finish}chroot "$1" update-initramfs -u >/dev/null\n`,
})

/** Booted without a boot loader, and with the names of cards the kernel gives them. */
const boxVagrantfile = `Vagrant.configure('2') do |config|
  config.vm.provider :libvirt do |machine|
    machine.kernel = File.expand_path('../kernel', __FILE__)
    machine.initrd = File.expand_path('../initrd', __FILE__)
    machine.cmd_line = 'root=/dev/vda rw console=ttyS0 net.ifnames=0 quiet mitigations=off'
  end
end
`

/** Our image with a kernel, on a disk as QEMU reads it. */
export const libvirtBox: OwnBox = {
  revision: 1,
  recipe: recipeOf,
  build: async ({ cacheDir, recipe, scratch, target }) => {
    const image = await ensureImage({ cacheDir, recipe })
    const metadata = { provider: 'libvirt', format: 'qcow2', virtual_size: diskGigabytes }
    await writeFile(path.join(target, 'metadata.json'), JSON.stringify(metadata))
    await writeFile(path.join(target, 'Vagrantfile'), boxVagrantfile)
    const disk = path.join(scratch, 'disk')
    // nobody needs the directory any more
    return `cp --dereference ${image}/boot/vmlinuz-* ${target}/kernel
cp --dereference ${image}/boot/initrd.img-* ${target}/initrd
truncate -s ${diskGigabytes}G ${disk}
mkfs.ext4 -q -F -L root -J size=16 -d ${image} ${disk}
qemu-img convert -O qcow2 ${disk} ${target}/box.img
rm -rf ${image}`
  },
}
