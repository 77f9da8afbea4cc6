import { deploymentWords } from './deploy-recovery.ts'
import { are, list } from './describe-traffic.ts'
import type { Recovery, Words } from './recovery.ts'
import type { PhaseKey, Plan } from './types.ts'

type Phases = Pick<Plan, 'phases'>

const keysOf = ({ phases }: Phases): readonly PhaseKey[] => phases.map(({ key }) => key)

const ofDeployment: readonly PhaseKey[] = ['switch', 'retire', 'rename', 'keep', 'remove']

/** The deployment that a rotation begins with is still being carried out. */
const isBeforeRotation = (plan: Phases, index: number): boolean =>
  keysOf(plan)
    .slice(index)
    .some((key) => ofDeployment.includes(key))

/** A rotation leads traffic to new nameservers first and to new lbs then: which of the two counts depends on where it ends. */
const moversAt = (plan: Phases, index: number): readonly PhaseKey[] => {
  if (isBeforeRotation(plan, index)) return ['switch']
  const byProgram = keysOf(plan).some((key) => key === 'glue' || key === 'move')
  // where a person changes the glue, waiting for the parents is all there is of it
  return byProgram ? ['glue', 'move'] : ['parents']
}

const goOn = 'Run rotate-lbs again to go on from here.'

const ofNameservers: Words = {
  ...deploymentWords,
  old: 'No traffic has moved: the old nameservers serve, through the old lbs.',
  new: () => 'The new nameservers serve, through the old lbs.',
  back: 'It was taken back: queries go where they went before.',
  remains: { unmoved: goOn, moved: goOn },
}

const bothServe = 'Nothing is lost: old and new lbs both serve.'
const ofGlue: Words = {
  ...ofNameservers,
  old: bothServe,
  both: ({ moved }) => `${bothServe} The glue of ${list(moved)} points at the new, or soon does.`,
  new: () => bothServe,
}

const ofAddresses: Words = {
  ...ofNameservers,
  old: 'No traffic has moved: the Floating IPs lead to the old lbs.',
  both: ({ moved, rest }) => `${are(moved, 'leads', 'lead')} to the new lbs, ${list(rest)} to the old.`,
  new: () => 'The Floating IPs lead to the new lbs.',
}

const ofTheEnd: Words = {
  ...ofGlue,
  new: () => 'The new lbs serve, and nobody learns of the old any more.',
}

const wordsAt = (plan: Phases, index: number): Words => {
  const keys = keysOf(plan)
  if (keys[index] === 'remove-lbs') return ofTheEnd
  if (keys.includes('move') || (keys.includes('switch-on') && !keys.includes('switch'))) return ofAddresses
  return isBeforeRotation(plan, index) ? ofNameservers : ofGlue
}

export const rotateRecovery: Recovery = {
  movers: moversAt,
  withoutMovers: 'new',
  wayBack: 'all-lbs',
  words: wordsAt,
}
