import { existsSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import type { Role } from '../fleet/names.ts'
import { hashFiles } from '../zones/hash.ts'

const playbook = 'images.yml'

/**
 * What a baked image is made of, as a hash: the roles' files and the stock image. What is told to a single machine, such as whom its
 * firewall lets in, is not in an image.
 * @param folder with playbooks and roles.
 * @param stock name of the stock image.
 * @returns 40 hexadecimal digits; empty for a checkout from before there were baked images.
 */
export const recipeOf = async (folder: string, role: Role, stock: string): Promise<string> => {
  if (!existsSync(path.join(folder, playbook))) return ''
  const roles = ['common', 'image', role].map((name) => path.join('roles', name))
  const files = [playbook, ...(await Promise.all(roles.map((name) => filesIn(folder, name)))).flat()]
  const read = files.map(async (file) => [file, await readFile(path.join(folder, file))] as const)
  const contents = new Map([...(await Promise.all(read)), ['stock image', Buffer.from(stock)]])
  return hashFiles({ contents })
}

const filesIn = async (folder: string, name: string): Promise<readonly string[]> => {
  const entries = await readdir(path.join(folder, name), { recursive: true, withFileTypes: true })
  return entries.flatMap((entry) =>
    entry.isFile() ? [path.relative(folder, path.join(entry.parentPath, entry.name))] : [],
  )
}
