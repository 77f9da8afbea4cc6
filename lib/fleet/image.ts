import type { Image, Server } from '../hcloud/types.ts'
import { type Labels, openKey, projectLabels, sealKey } from './labels.ts'
import { type ImageKind, imageName, parseBakerName } from './names.ts'

/** A baked image of this project: a machine can be made from it that has all but what is of one machine alone. */
export interface FleetImage extends ImageKind {
  readonly id: number
  readonly name: string
  /** Hash of the roles that made it. */
  readonly recipe: string
  /** Unix time in seconds. */
  readonly baked: number
  /** Gigabytes: what it is made onto must have at least as many. */
  readonly diskSize: number
  /** Gigabytes that are paid for; undefined while it is being made. */
  readonly sizeGb: number | undefined
  /** Whether a machine can be made from it: one that is being made is none yet. */
  readonly isReady: boolean
}

/** The machine that an image is made of; it never serves. */
export interface Baker extends ImageKind {
  readonly id: number
  readonly name: string
  readonly status: string
  readonly ipv4: string
  readonly hostKeys: readonly string[]
}

export const imageLabels = (
  project: string,
  { role, architecture, recipe, baked }: Pick<FleetImage, 'role' | 'architecture' | 'recipe' | 'baked'>,
): Labels => ({ ...projectLabels(project), role, architecture, recipe, baked: String(baked) })

/** @returns undefined for an image that does not bear the labels of this project. */
export const toFleetImage = (project: string, image: Image): FleetImage | undefined => {
  const { role, recipe, architecture, baked } = image.labels
  if (image.labels.project !== project || image.type !== 'snapshot' || architecture !== image.architecture)
    return undefined
  if ((role !== 'nameserver' && role !== 'lb') || !recipe || !/^\d+$/.test(baked ?? '')) return undefined
  const kind = { role, architecture: image.architecture } as const
  return {
    ...kind,
    id: image.id,
    name: imageName(kind, Number(baked)),
    recipe,
    baked: Number(baked),
    diskSize: image.disk_size,
    sizeGb: image.image_size ?? undefined,
    isReady: image.status === 'available',
  }
}

/** `bakes` is its mark, not `role`: it is no machine of the fleet. */
export const bakerLabels = (project: string, { role, architecture }: ImageKind, hostKey: string): Labels => ({
  ...projectLabels(project),
  bakes: role,
  architecture,
  'host-key': sealKey(hostKey),
})

/** @returns undefined for a server that does not bear both such a name and the labels of this project. */
export const toBaker = (project: string, { id, name, status, labels, public_net }: Server): Baker | undefined => {
  const kind = parseBakerName(name)
  if (!kind || labels.project !== project || labels.bakes !== kind.role || labels.architecture !== kind.architecture)
    return undefined
  return { ...kind, id, name, status, ipv4: public_net.ipv4?.ip ?? '', hostKeys: openKey(labels['host-key']) }
}
