import { createReader, type Filter, type Reader } from './collection.ts'
import type { Connection } from './connection.ts'
import type { Architecture, Image } from './types.ts'

interface ImageFilter extends Filter {
  readonly type?: Image['type']
  readonly status?: Image['status']
  readonly architecture?: Architecture
  readonly includeDeprecated?: boolean
}

export interface Images extends Omit<Reader<Image, ImageFilter>, 'find'> {
  /** The same name exists once per architecture. */
  find(name: string, architecture: Architecture): Promise<Image | undefined>
}

/** Source: https://docs.hetzner.cloud/reference/cloud#images */
export const createImages = (connection: Connection): Images => {
  const { list, get } = createReader<Image, ImageFilter>(connection, { many: 'images', one: 'image' })
  return { list, get, find: async (name, architecture) => (await list({ name, architecture }))[0] }
}
