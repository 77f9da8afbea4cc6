import { readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { exists } from '../../host/exists.ts'
import { runOrFail } from '../../host/run.ts'
import type { Box } from './driver.ts'
import type { VagrantPlaces } from './places.ts'

/** What runs the code of a virtual machine: this computer's processor, or QEMU's translation of it. */
export type Accelerator = 'kvm' | 'qemu'

/**
 * Whether the processor helps. That the device is there says little: in some virtual machines KVM is slower than none at all. So a
 * kernel is booted that has no disk and ends for that reason, and has to do so in a few seconds. Remembered, for all machines of
 * a twin to be alike.
 */
export const findAccelerator = async (places: VagrantPlaces, box: Box): Promise<Accelerator> => {
  const record = path.join(places.libvirt, 'accelerator')
  const known = await readFile(record, 'utf8').catch(() => '')
  if (known === 'kvm' || known === 'qemu') return known
  const found = await probe(path.join(places.boxes, box.name, '0', 'libvirt', 'kernel'))
  await writeFile(record, found)
  return found
}

const probe = async (kernel: string): Promise<Accelerator> => {
  if (!(await exists('/dev/kvm'))) return 'qemu'
  // of a box that is not ours there is no kernel at hand
  if (!(await exists(kernel))) return 'kvm'
  const machine = ['-accel', 'kvm', '-cpu', 'host', '-m', '256', '-display', 'none', '-nodefaults', '-no-reboot']
  const boot = ['-kernel', kernel, '-append', 'quiet panic=-1']
  return runOrFail(['timeout', '5', 'qemu-system-x86_64', ...machine, ...boot]).then(
    () => 'kvm',
    () => 'qemu',
  )
}
