import path from 'node:path'
import { InfraError } from '../../errors.ts'
import { type Baker, bakerLabels, imageLabels, toBaker } from '../../fleet/image.ts'
import { bakerName, firewallName, type ImageKind, imageName } from '../../fleet/names.ts'
import { userDataOf } from '../../fleet/user-data.ts'
import { createHostKey } from '../../ssh/host-key.ts'
import { findBaker, listImages, readRecipe } from '../images.ts'
import { inventoryHost } from '../inventory-host.ts'
import { type Offers, readOffers } from '../offers.ts'
import { orderServer } from '../order-server.ts'
import { untilBooted, untilReady } from '../readiness.ts'
import type { Report } from '../record.ts'
import { projectKeyIds } from '../ssh-keys.ts'
import type { RunWorld, World } from '../world.ts'

/** Creates the machine that becomes an image, with the smallest disk: what is made from it needs one of that size at least. */
export const createBaker = async (world: RunWorld, kind: ImageKind, report: Report): Promise<void> => {
  if (await findBaker(world, kind)) return
  const { project, pairs } = world.settings.config
  const [firewall, keys, hostKey, markets] = await Promise.all([
    world.hcloud.firewalls.find(firewallName(project, kind.role)),
    projectKeyIds(world),
    createHostKey(),
    Promise.all(
      pairs.map(async (pair) => ({ location: pair.location, ...smallest(await readOffers(world, pair), kind) })),
    ),
  ])
  if (!firewall)
    throw new InfraError(`The firewall of ${bakerName(kind)} does not exist`, { hint: 'Run the same again.' })
  const market = markets.find(({ offers }) => offers.length > 0) ?? markets[0]
  const body = {
    name: bakerName(kind),
    location: market?.location ?? '',
    labels: bakerLabels(project, kind, hostKey.raw),
    ssh_keys: keys,
    firewalls: [{ firewall: firewall.id }],
    user_data: userDataOf(hostKey),
  }
  const faults = markets.flatMap(({ faults }) => faults)
  const hint = 'Add another server type to a pair in infra.config.ts, or try again later.'
  await orderServer(world, { body, offers: market?.offers ?? [], faults, hint }, report)
}

const smallest = ({ offers, faults }: Offers, { architecture }: ImageKind): Offers => ({
  offers: offers.filter(({ type }) => type.architecture === architecture).sort((a, b) => a.type.disk - b.type.disk),
  faults,
})

/** Nothing may be at work on it any more when it is made to forget. */
export const awaitBaker = async (world: RunWorld, kind: ImageKind, report: Report): Promise<void> => {
  await untilReady(world, () => getBaker(world, kind), report)
  await untilBooted(world, await getBaker(world, kind), report)
}

const getBaker = async (world: World, kind: ImageKind): Promise<Baker> => {
  const baker = await findBaker(world, kind)
  if (baker) return baker
  throw new InfraError(`${bakerName(kind)} is gone: it was made by this run`, {
    hint: 'Somebody or something else changes the servers. Run bake-images again.',
  })
}

type Recipe = ImageKind & { readonly recipe: string }

/** Puts what is the same for all machines of a role on it, and takes away what is of this machine alone. */
export const bake = async (world: RunWorld, step: Recipe, report: Report): Promise<void> => {
  const { role } = step
  const baker = await getBaker(world, step)
  await world.playbook({
    folder: path.join(world.settings.sources, 'ansible'),
    role,
    isBaking: true,
    hosts: [await inventoryHost(world, baker, {})],
    logFile: path.join(world.events.directory, `ansible-${baker.name}.log`),
    onTask: report,
  })
  if ((await readRecipe(world, role)) === step.recipe) return
  throw new InfraError(`The files of the roles changed while ${baker.name} was baked`, {
    hint: 'No image was made of it. Run bake-images again.',
  })
}

export const takeImage = async (
  world: RunWorld,
  step: Recipe & { readonly baked: number },
  report: Report,
): Promise<void> => {
  const { id, name } = await getBaker(world, step)
  report(`${name} powers off`)
  await world.hcloud.servers.shutDown(id)
  report(`its disk is copied`)
  const labels = imageLabels(world.settings.config.project, step)
  const { image_size } = await world.hcloud.servers.createImage(id, {
    description: imageName(step, step.baked),
    labels,
  })
  if (image_size !== null) report(`${image_size.toFixed(2)} GB`)
}

/** Deletes by id, after reading that id once more. */
export const removeBaker = async (world: RunWorld, kind: ImageKind): Promise<void> => {
  const found = await findBaker(world, kind)
  if (!found) return
  const again = toBaker(world.settings.config.project, await world.hcloud.servers.get(found.id))
  if (again?.name !== found.name) {
    throw new InfraError(`${found.name} (id ${found.id}) is no longer what the plan meant to remove`, {
      hint: 'Nothing was deleted. Run bake-images again.',
    })
  }
  await world.hcloud.servers.delete(again.id)
}

/** One that is not there is done. */
export const deleteImage = async (world: RunWorld, { image }: { readonly image: string }): Promise<void> => {
  for (const { id, name } of await listImages(world)) if (name === image) await world.hcloud.images.delete(id)
}
