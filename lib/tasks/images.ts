import path from 'node:path'
import { recipeOf } from '../ansible/recipe.ts'
import { type Baker, type FleetImage, toBaker, toFleetImage } from '../fleet/image.ts'
import { projectSelector } from '../fleet/labels.ts'
import { bakerName, type ImageKind, parseBakerName, type Role } from '../fleet/names.ts'
import { withImages } from '../plan/images.ts'
import { stepsOf } from '../plan/phases.ts'
import type { Baking, Observed, Plan } from '../plan/types.ts'
import { observe } from './observe.ts'
import type { World } from './world.ts'

/** All baked images of the project, the newest first. */
export const listImages = async ({ hcloud, settings }: World): Promise<readonly FleetImage[]> => {
  const { project } = settings.config
  const found = await hcloud.images.list({ type: 'snapshot', labelSelector: projectSelector(project) })
  return found.flatMap((image) => toFleetImage(project, image) ?? []).sort((a, b) => b.baked - a.baked)
}

/** @returns undefined when there is none, or when it is not ours. */
export const findBaker = async ({ hcloud, settings }: World, kind: ImageKind): Promise<Baker | undefined> => {
  const server = await hcloud.servers.find(bakerName(kind))
  return server && toBaker(settings.config.project, server)
}

/** Of the roles at hand. */
export const readRecipe = ({ settings }: World, role: Role): Promise<string> =>
  recipeOf(path.join(settings.sources, 'ansible'), role, settings.config.image)

type Choosable = Pick<Baking, 'images' | 'recipes' | 'architectures'>

const readChoosable = async (world: World): Promise<Choosable> => {
  const [images, nameserver, lb, architectures] = await Promise.all([
    listImages(world),
    readRecipe(world, 'nameserver'),
    readRecipe(world, 'lb'),
    architecturesOf(world),
  ])
  return { images, recipes: { nameserver, lb }, architectures }
}

/** Those that the server types of the config have. */
const architecturesOf = async ({ hcloud, settings }: World): Promise<Baking['architectures']> => {
  const wanted = settings.config.pairs.flatMap(({ serverTypes }) => serverTypes)
  const types = await hcloud.serverTypes.list()
  return [...new Set(types.flatMap(({ name, architecture }) => (wanted.includes(name) ? architecture : [])))].sort()
}

/** Says in a plan which images its servers are made from. @param now Unix time in seconds, the same each time a plan is made. */
export const lookForImages = async (world: World, plan: Plan, now: number): Promise<Plan> => {
  if (!stepsOf(plan).some(({ kind }) => kind === 'create-server')) return plan
  const { image: stock, images } = world.settings.config
  return withImages(plan, { ...(await readChoosable(world)), now, maxAgeDays: images.maxAgeDays, stock })
}

/** For the operation that makes images. */
export const observeBaking = async (world: World): Promise<Observed> => {
  const { project } = world.settings.config
  const [observed, choosable, servers] = await Promise.all([
    observe(world),
    readChoosable(world),
    world.hcloud.servers.list(),
  ])
  const named = servers.filter(({ name }) => parseBakerName(name))
  const bakers = named.flatMap((server) => toBaker(project, server) ?? [])
  const strangers = named.filter((server) => !toBaker(project, server))
  return {
    ...observed,
    strangers: [...observed.strangers, ...strangers.map(({ name, id }) => `server ${name} (id ${id})`)],
    baking: { ...choosable, bakers: bakers.map(({ role, architecture }) => ({ role, architecture })) },
  }
}
