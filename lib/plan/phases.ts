import type { Role } from '../fleet/names.ts'
import type { Plan, PlanPhase, Step, Track } from './types.ts'

/** Each step on a track of its own: all at once. */
export const sideBySide = (steps: readonly Step[]): readonly Track[] => steps.map((step) => [step])

/** All steps of a plan, in the order in which a track has them. */
export const stepsOf = ({ phases }: Pick<Plan, 'phases'>): readonly Step[] =>
  phases.flatMap(({ tracks }) => tracks.flat())

/** Configures new machines. They can be reached before cloud-init is done on them; what it still does then touches nothing of ours. */
export const configurationOf = (role: Role, servers: readonly string[]): readonly Track[] =>
  servers.length === 0
    ? []
    : [
        [{ kind: 'configure', role, servers }],
        ...sideBySide(servers.map((server) => ({ kind: 'await-cloud-init', server }))),
      ]

/** Nameservers are configured by it, from zone files. */
export const makesNameservers = (plan: Pick<Plan, 'phases'>): boolean =>
  stepsOf(plan).some((step) => step.kind === 'configure' && step.role === 'nameserver')

/** The nameservers that its switches lead to. */
export const switchedTo = (plan: Pick<Plan, 'phases'>): readonly string[] =>
  stepsOf(plan).flatMap((step) => (step.kind === 'switch-lb' ? [step.nameserver] : []))

export const deletions = (servers: readonly { readonly name: string }[]): Track =>
  servers.map(({ name }) => ({ kind: 'delete-server', server: name }))

/** As sentences list them. */
export const namesOf = (all: readonly { readonly name: string }[]): string => all.map(({ name }) => name).join(', ')

/** What a phase that deletes servers does and asks: the name of the first is typed. */
export const deletionOf = (
  servers: readonly { readonly name: string }[],
  { loss, ...rest }: Omit<NonNullable<PlanPhase['confirm']>, 'name'>,
): Pick<PlanPhase, 'tracks'> & Required<Pick<PlanPhase, 'confirm'>> => ({
  tracks: sideBySide(deletions(servers)),
  confirm: { name: servers[0]?.name ?? '', loss: `Deletes ${namesOf(servers)}. ${loss}`, ...rest },
})

/** Drops empty tracks, then phases without a track, so that a plan holds only what is left to do. */
export const withoutEmpty = (phases: readonly PlanPhase[]): readonly PlanPhase[] =>
  phases
    .map((phase) => ({ ...phase, tracks: phase.tracks.filter((track) => track.length > 0) }))
    .filter((phase) => phase.tracks.length > 0)

/** Adds tracks to the phases of the same key; what has none in `phases` comes first. */
export const mergePhases = (added: readonly PlanPhase[], phases: readonly PlanPhase[]): readonly PlanPhase[] => {
  const keys = phases.map(({ key }) => key)
  return [
    ...added.filter(({ key }) => !keys.includes(key)),
    ...phases.map((phase) => ({
      ...phase,
      tracks: [...added.filter(({ key }) => key === phase.key).flatMap(({ tracks }) => tracks), ...phase.tracks],
    })),
  ]
}
