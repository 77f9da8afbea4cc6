import { createReader, createWriter, type Filter, type Reader, type Writer } from './collection.ts'
import type { Connection } from './connection.ts'
import type { Architecture, Image } from './types.ts'

interface ImageFilter extends Filter {
  readonly type?: Image['type']
  readonly status?: Image['status']
  readonly architecture?: Architecture
  readonly includeDeprecated?: boolean
}

export interface Images extends Omit<Reader<Image, ImageFilter>, 'find'>, Pick<Writer<Image>, 'delete'> {
  /** The same name exists once per architecture. */
  find(name: string, architecture: Architecture): Promise<Image | undefined>
}

/** Source: https://docs.hetzner.cloud/reference/cloud#images */
export const createImages = (connection: Connection): Images => {
  const spelling = { many: 'images', one: 'image' }
  const { list, get } = createReader<Image, ImageFilter>(connection, spelling)
  const remove = createWriter<Image>(connection, spelling).delete
  return { list, get, delete: remove, find: async (name, architecture) => (await list({ name, architecture }))[0] }
}
