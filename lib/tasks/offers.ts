import type { Config } from '../config/schema.ts'
import type { Image, ServerType } from '../hcloud/types.ts'
import type { World } from './world.ts'

/** A server that can be ordered for a pair. */
export interface Offer {
  readonly type: ServerType
  /** The one for the architecture of the type: a name exists once per architecture. */
  readonly image: { readonly id: number; readonly name: string }
}

export interface Offers {
  /** In the order of preference of the config. */
  readonly offers: readonly Offer[]
  /** Why each of the other types cannot be ordered, a sentence each. */
  readonly faults: readonly string[]
}

/** What the cloud has now of what a pair would take: asked for the plan and, by the same rule, when a server is made. */
export const readOffers = async (
  { hcloud, settings }: World,
  { location, serverTypes }: Pick<Config['pairs'][number], 'location' | 'serverTypes'>,
): Promise<Offers> => {
  const types = await hcloud.serverTypes.list()
  const wanted = types.filter(({ name }) => serverTypes.includes(name))
  const architectures = [...new Set(wanted.map(({ architecture }) => architecture))]
  const { image } = settings.config
  const images = await Promise.all(
    architectures.map(async (architecture) => [architecture, await hcloud.images.find(image, architecture)] as const),
  )
  const judged = serverTypes.map((name) => judge(name, { types, images: new Map(images), location, image }))
  return {
    offers: judged.flatMap((one) => (typeof one === 'string' ? [] : [one])),
    faults: judged.filter((one) => typeof one === 'string'),
  }
}

interface Market {
  readonly types: readonly ServerType[]
  readonly images: ReadonlyMap<string, Image | undefined>
  readonly location: string
  readonly image: string
}

const judge = (name: string, { types, images, location, image }: Market): Offer | string => {
  const type = types.find((one) => one.name === name)
  if (!type) return `the cloud has no server type ${name}`
  const here = type.locations.find((one) => one.name === location)
  if (!here) return `${name} is not sold in ${location}`
  if (!here.available) return `${name} is sold out in ${location} at the moment`
  const id = images.get(type.architecture)?.id
  return id === undefined
    ? `the cloud has no image ${image} for ${type.architecture}, as ${name} needs`
    : { type, image: { id, name: image } }
}
