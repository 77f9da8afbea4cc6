import { searchPath } from './sandbox.ts'

/** What commands run with inside a machine, `NAME=value`; neither lxc nor QEMU's agent gives them a login. */
export const guestEnvironment: readonly string[] = ['HOME=/root', 'LC_ALL=C.UTF-8', `PATH=${searchPath}`]
