import { homedir } from 'node:os'

/** `~/.ssh/id.pub` → `/home/me/.ssh/id.pub`. */
export const expandHome = (file: string): string => file.replace(/^~(?=\/)/, homedir())
