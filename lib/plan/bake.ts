import { bakerName, type ImageKind, imageName, type Role } from '../fleet/names.ts'
import { sideBySide, withoutEmpty } from './phases.ts'
import type { Refusal } from './refusal.ts'
import { refuseStrangers } from './safety.ts'
import type { Baking, Observed, ObservedImage, Plan, PlanPhase, Track } from './types.ts'

export interface BakeRequest {
  /** Unix time in seconds: when what is made now was baked. */
  readonly now: number
  /** Roles to bake; empty for all. */
  readonly only: readonly Role[]
}

/** As many are kept of each role and architecture, the new one with them: one to go back to, should the new be no good. */
const keptImages = 2

/** Makes a new image for each role and architecture, and removes those that are not needed any more. Pure. */
export const planBake = (observed: Observed, { now, only }: BakeRequest): Plan | Refusal => {
  const refusal = refuseStrangers(observed)
  if (refusal) return refusal
  const baking = requireBaking(observed)
  const roles = (['nameserver', 'lb'] as const).filter((role) => only.length === 0 || only.includes(role))
  const kinds = roles.flatMap((role) => baking.architectures.map((architecture) => ({ role, architecture })))
  return {
    operation: 'bake',
    generation: now,
    makesNothing: true,
    notes: baking.bakers.map((kind) => `${bakerName(kind)}: left by an earlier run in the middle, removed first.`),
    phases: withoutEmpty([
      { key: 'foundation', title: 'Foundation', tracks: foundation(observed, roles) },
      {
        key: 'discard',
        title: 'Discard what was left',
        tracks: sideBySide(baking.bakers.map((kind) => ({ kind: 'remove-baker', ...kind }))),
      },
      { key: 'bake', title: 'Bake', tracks: kinds.map((kind) => makingOf(kind, baking, now)) },
      removal(baking, kinds),
    ]),
  }
}

const requireBaking = ({ baking }: Observed): Baking => {
  if (baking) return baking
  throw new Error('images were not looked at')
}

/** What a machine needs to be let in to, and to be let in by nobody else. */
const foundation = ({ sshKey, firewalls }: Observed, roles: readonly Role[]): readonly Track[] =>
  sideBySide([
    ...(sshKey ? [] : [{ kind: 'ensure-ssh-key' } as const]),
    ...roles.filter((role) => !firewalls.includes(role)).map((role) => ({ kind: 'ensure-firewall', role }) as const),
  ])

const makingOf = (kind: ImageKind, { recipes }: Baking, baked: number): Track => {
  const recipe = recipes[kind.role]
  return [
    { kind: 'create-baker', ...kind },
    { kind: 'await-baker', ...kind },
    { kind: 'bake', ...kind, recipe },
    { kind: 'take-image', ...kind, recipe, baked },
    { kind: 'remove-baker', ...kind },
  ]
}

const removal = ({ images }: Baking, made: readonly ImageKind[]): PlanPhase => {
  const names = superfluous(images, made)
  return {
    key: 'remove-images',
    title: 'Remove old images',
    tracks: sideBySide(names.map((image) => ({ kind: 'delete-image', image }))),
    confirm: {
      name: names[0] ?? '',
      loss: `Deletes the ${names.length === 1 ? 'image' : 'images'} ${names.join(', ')}. Machines that were made from one go on without it.`,
      mayKeep: true,
    },
  }
}

/** All but the newest of each kind, beside what is made now. */
const superfluous = (images: readonly ObservedImage[], made: readonly ImageKind[]): readonly string[] => {
  const ready = images.filter(({ isReady }) => isReady)
  return [...new Set(ready.map(keyOf))].sort().flatMap((key) => {
    const alike = ready.filter((image) => keyOf(image) === key).sort((a, b) => b.baked - a.baked)
    const isMade = made.some((kind) => keyOf(kind) === key)
    return alike
      .slice(keptImages - (isMade ? 1 : 0))
      .map(({ role, architecture, baked }) => imageName({ role, architecture }, baked))
  })
}

const keyOf = ({ role, architecture }: ImageKind): string => `${role} ${architecture}`
