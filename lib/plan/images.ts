import { parseServerName, type Role } from '../fleet/names.ts'
import { describeMoment } from '../time.ts'
import { stepsOf } from './phases.ts'
import type { Baking, ObservedImage, Plan, Step } from './types.ts'

export interface ImageChoice extends Pick<Baking, 'images' | 'recipes' | 'architectures'> {
  /** Unix time in seconds, the same for as long as a plan is agreed to. */
  readonly now: number
  readonly maxAgeDays: number
  /** Name of the stock image. */
  readonly stock: string
}

/** Says in a plan from which image each server is made: the newest that the roles at hand have baked, as long as it is young. Pure. */
export const withImages = (plan: Plan, choice: ImageChoice): Plan => {
  const roles = [...new Set(stepsOf(plan).flatMap((step) => roleOf(step) ?? []))]
  if (roles.length === 0) return plan
  const chosen = new Map(roles.map((role) => [role, choose(role, choice)]))
  const imagesFor = (step: Step): { readonly images?: readonly string[] } => {
    const images = (chosen.get(roleOf(step) ?? 'lb') ?? []).flatMap(({ image }) => image?.name ?? [])
    return images.length > 0 ? { images } : {}
  }
  return {
    ...plan,
    notes: [...plan.notes, ...[...chosen].flatMap(([role, found]) => notesOf(role, found, choice))],
    phases: plan.phases.map((phase) => ({
      ...phase,
      tracks: phase.tracks.map((track) =>
        track.map((step) => (step.kind === 'create-server' ? { ...step, ...imagesFor(step) } : step)),
      ),
    })),
  }
}

const roleOf = (step: Step): Role | undefined =>
  step.kind === 'create-server' ? parseServerName(step.server)?.role : undefined

interface Chosen {
  readonly architecture: ObservedImage['architecture']
  /** Undefined for the stock image. */
  readonly image: ObservedImage | undefined
  /** Why it is this one; the end of a sentence. */
  readonly reason: string
}

const choose = (role: Role, choice: ImageChoice): readonly Chosen[] =>
  choice.architectures.map((architecture) => {
    const [newest, ...rest] = choice.images
      .filter((image) => image.role === role && image.architecture === architecture && image.isReady)
      .sort((a, b) => b.baked - a.baked)
    const fitting = [newest, ...rest].find((image) => image?.recipe === choice.recipes[role])
    const reason = reasonOf(newest, fitting, choice)
    return { architecture, image: reason.isTaken ? fitting : undefined, reason: reason.text }
  })

const daySeconds = 86_400

const reasonOf = (
  newest: ObservedImage | undefined,
  fitting: ObservedImage | undefined,
  { now, maxAgeDays }: ImageChoice,
): { readonly isTaken: boolean; readonly text: string } => {
  if (maxAgeDays === 0) return { isTaken: false, text: 'images.maxAgeDays is 0' }
  if (newest === undefined) return { isTaken: false, text: 'no image is baked' }
  if (fitting === undefined)
    return {
      isTaken: false,
      text: `${newest.name}, the newest, was baked at ${momentOf(newest)} by other roles than those at hand`,
    }
  const isTaken = now - fitting.baked < maxAgeDays * daySeconds
  return isTaken
    ? { isTaken, text: `the newest that the roles at hand have baked, at ${momentOf(fitting)}` }
    : {
        isTaken,
        text: `${fitting.name} was baked at ${momentOf(fitting)}, more than images.maxAgeDays (${maxAgeDays}) ago`,
      }
}

const momentOf = ({ baked }: ObservedImage): string => describeMoment(baked * 1000)

const notesOf = (role: Role, found: readonly Chosen[], { stock }: ImageChoice): readonly string[] =>
  found.map(({ architecture, image, reason }) => {
    const what = `New ${role === 'lb' ? 'lbs' : 'nameservers'}${found.length > 1 ? ` on ${architecture}` : ''}`
    return `${what} are made from ${image?.name ?? stock}: ${reason}.`
  })
