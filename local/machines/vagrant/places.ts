import path from 'node:path'
import type { TwinLayout } from '../../layout.ts'
import type { VagrantProvider } from './programs.ts'

/** Where the machines live that Vagrant makes for a twin with one provider. */
export interface VagrantPlaces {
  readonly directory: string
  /** Held to lay what all machines use. */
  readonly lock: string
  readonly machines: string
  /** VAGRANT_HOME; its boxes are those of `boxes`. */
  readonly home: string
  /** What Vagrant, lxc and libvirt see as `/run`. */
  readonly run: string
  /** Containers of lxc, and what it sees as `/etc/lxc`. */
  readonly containers: string
  readonly lxcSettings: string
  /** Holds what libvirt sees as `/etc/libvirt`, `/var/lib/libvirt` and so on. */
  readonly libvirt: string
  /** Boxes of all twins of this user, laid out as Vagrant does. */
  readonly boxes: string
}

export const vagrantPlaces = (layout: TwinLayout, provider: VagrantProvider): VagrantPlaces => {
  const directory = path.join(layout.stateDir, 'vagrant', provider)
  const at = (name: string): string => path.join(directory, name)
  return {
    directory,
    lock: `${directory}.lock`,
    machines: at('machines'),
    home: at('home'),
    run: at('run'),
    containers: at('containers'),
    lxcSettings: at('lxc'),
    libvirt: at('libvirt'),
    boxes: path.join(layout.cacheDir, 'boxes', 'vagrant'),
  }
}

/** A machine's own directory, with its Vagrantfile. */
export interface VagrantFiles {
  readonly directory: string
  readonly vagrantfile: string
  /** Held while Vagrant works on the machine, also by a Vagrant whose starter was killed. */
  readonly lock: string
  /** There once the machine was made and has booted; without it the machine is half-made. */
  readonly made: string
  /** What Vagrant said last, and all it ever said. */
  readonly answer: string
  readonly log: string
  /** What lxc says of a boot. */
  readonly bootLog: string
}

export const vagrantFiles = (places: VagrantPlaces, id: number): VagrantFiles => {
  const directory = path.join(places.machines, String(id))
  const at = (name: string): string => path.join(directory, name)
  return {
    directory,
    vagrantfile: at('Vagrantfile'),
    lock: at('lock'),
    made: at('made'),
    answer: at('answer'),
    log: at('vagrant.log'),
    bootLog: at('lxc.log'),
  }
}
