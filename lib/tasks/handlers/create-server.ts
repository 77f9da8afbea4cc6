import { InfraError } from '../../errors.ts'
import type { FleetImage } from '../../fleet/image.ts'
import { type Labels, serverLabels } from '../../fleet/labels.ts'
import { firewallName, parseServerName, type Role, serverName } from '../../fleet/names.ts'
import type { FleetServer } from '../../fleet/server.ts'
import { userDataOf } from '../../fleet/user-data.ts'
import { readCommit } from '../../git.ts'
import type { CreateServerBody } from '../../hcloud/types.ts'
import { createHostKey } from '../../ssh/host-key.ts'
import { givenOf, hashSources, zonesFolderOf } from '../artefact.ts'
import { listImages } from '../images.ts'
import { getNetwork } from '../network.ts'
import { type Offer, readOffers } from '../offers.ts'
import { orderServer } from '../order-server.ts'
import type { Report } from '../record.ts'
import { findServer, listServers } from '../servers.ts'
import { projectKeyIds } from '../ssh-keys.ts'
import type { World } from '../world.ts'

/** Creates a server that cannot have served yet, from an image of the plan that its type can have, or from the stock image. */
export const createServer = async (
  world: World,
  step: { readonly server: string; readonly generation: number; readonly images?: readonly string[] },
  report: Report,
): Promise<void> => {
  const body = await bodyOf(world, step)
  const { offers, faults } = await readOffers(world, (await pairOf(world, step.server)).pair)
  const { images = [] } = step
  const found = images.length > 0 ? await listImages(world) : []
  const baked = found.filter(({ name, isReady }) => isReady && images.includes(name))
  const hint =
    'Add another server type to the pair in infra.config.ts, or try again later. The serving machines were not touched.'
  await orderServer(world, { body, offers: offers.map((offer) => bakedOffer(offer, baked)), faults, hint }, report)
}

/** A disk that is smaller than that of the image's maker cannot be made from it. */
const bakedOffer = (offer: Offer, baked: readonly FleetImage[]): Offer => {
  const { architecture, disk } = offer.type
  const image = baked.find((one) => one.architecture === architecture && one.diskSize <= disk)
  return image ? { ...offer, image } : offer
}

/** Where the config does not have the pair any more, what it makes until its end is as what it has. */
const pairOf = async (world: World, name: string) => {
  const named = parseServerName(name)
  const pair = named && (world.settings.config.pairs[named.pair - 1] ?? (await pairOfStanding(world, named)))
  if (named && pair) return { named, pair }
  throw new InfraError(`${name} is not of any pair in infra.config.ts`)
}

const pairOfStanding = async (world: World, { role, pair }: Pick<FleetServer, 'role' | 'pair'>) => {
  const like = (await listServers(world)).find((one) => one.role === role && one.pair === pair)
  return like && { location: like.location, serverTypes: [like.serverType] }
}

const bodyOf = async (world: World, { server, generation }: { server: string; generation: number }) => {
  const { named, pair } = await pairOf(world, server)
  const [network, firewall, keys, hostKey] = await Promise.all([
    getNetwork(world),
    world.hcloud.firewalls.find(firewallName(world.settings.config.project, named.role)),
    projectKeyIds(world),
    createHostKey(),
  ])
  if (!firewall)
    throw new InfraError(`The firewall of ${server} does not exist`, {
      hint: 'Make what is missing with bootstrap-infra.',
    })
  const labels: Labels = serverLabels(world.settings.config.project, {
    role: named.role,
    pair: named.pair,
    generation,
    content: '',
    ...(await originOf(world, named.role, generation)),
    previous: await previousCommit(world, named.role, named.pair),
    hostKeys: [hostKey.raw],
    isFirstContact: true,
    kept: false,
    announced: false,
    abandoned: undefined,
    keys: '',
    ttlSeconds: undefined,
    heldUntil: undefined,
    otherKeys: undefined,
    ds: new Map(),
    before: undefined,
    drain: undefined,
  })
  return {
    name: server,
    location: pair.location,
    labels,
    ssh_keys: keys,
    networks: [network.id],
    firewalls: [{ firewall: firewall.id }],
    user_data: userDataOf(hostKey),
  } satisfies Omit<CreateServerBody, 'server_type' | 'image'>
}

/** What it is made from: the checkout at hand, or what others of its generation were made from, which it has to be like. */
const originOf = async (
  world: World,
  role: Role,
  generation: number,
): Promise<Pick<FleetServer, 'zones' | 'commit'>> => {
  const [like] = role === 'nameserver' ? givenOf(await listServers(world), generation) : []
  if (like) return { zones: like.zones, commit: like.commit }
  const folder = zonesFolderOf(world)
  return {
    zones: role === 'nameserver' ? await hashSources(world) : '',
    commit: await readCommit(world.settings.sources, ['ansible', folder]),
  }
}

/** What the nameserver that serves now was made from: there a rollback goes once that machine is gone. */
const previousCommit = async (world: World, role: Role, pair: number): Promise<string> =>
  role === 'lb' ? '' : ((await findServer(world, serverName(role, pair, 'serving')))?.commit ?? '')
