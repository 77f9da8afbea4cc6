import { serverName } from '../fleet/names.ts'
import type { PlanInput } from './input.ts'
import { lbsInService } from './lbs.ts'
import { withoutEmpty } from './phases.ts'
import type { Refusal } from './refusal.ts'
import { refuseStrangers } from './safety.ts'
import type { Observed, ObservedLb, Plan, PlanPhase } from './types.ts'

export interface UpdateRequest extends Pick<PlanInput, 'pairs' | 'now'> {
  /** Names of the lbs to update; empty for all. */
  readonly only: readonly string[]
  /** Bring the configuration into use, but upgrade no package. */
  readonly configOnly: boolean
  /** Let the colour that served before run on, to go back to with rollback-infra. */
  readonly keepOld: boolean
}

/**
 * Brings packages and configuration of the lbs up to date, one lb after the other, each proven before the next is touched.
 * Pure. `withDue` leaves out the lbs on which nothing is to be done.
 */
export const planUpdate = (observed: Observed, request: UpdateRequest): Plan | Refusal => {
  const { only, now, keepOld } = request
  const refusal = refuseStrangers(observed) ?? refuseUnknown(observed, request) ?? refuseUnready(observed, request)
  if (refusal) return refusal
  const chosen = lbsInService(observed).filter(({ name }) => only.length === 0 || only.includes(name))
  return {
    operation: 'update',
    generation: now,
    makesNothing: true,
    notes: notesOf(observed, keepOld),
    phases: withoutEmpty(chosen.flatMap((lb) => phasesOf(lb, request))),
  }
}

const phasesOf = (observed: ObservedLb, { configOnly, keepOld }: UpdateRequest): readonly PlanPhase[] => {
  const lb = observed.name
  const nameserver = nameserverOf(observed) ?? ''
  return [
    {
      key: 'configure',
      title: `Configure ${lb}`,
      tracks: [[{ kind: 'configure', role: 'lb', servers: [lb], upgrade: !configOnly }]],
    },
    {
      key: 'stage',
      title: `Stage ${lb}`,
      tracks: [
        [
          { kind: 'stage-lb', lb, nameserver, refresh: true },
          { kind: 'verify-lb', lb, nameserver, port: 'preview' },
        ],
      ],
    },
    {
      key: 'switch',
      title: `Switch ${lb}`,
      movesTraffic: true,
      tracks: [
        [
          { kind: 'switch-lb', lb, nameserver, refresh: true },
          { kind: 'verify-lb', lb, nameserver, port: 'public' },
        ],
      ],
    },
    { key: 'retire', title: `Retire the idle colour of ${lb}`, tracks: keepOld ? [] : [[{ kind: 'retire-lb', lb }]] },
  ]
}

/** Where it sends to is read with its dns-lb, and where that has to be replaced first, it is taken for what it should be: checks follow. */
const nameserverOf = ({ pair, target, isForeign }: ObservedLb): string | undefined =>
  isForeign ? serverName('nameserver', pair, 'serving') : target

const refuseUnknown = (observed: Observed, { only }: UpdateRequest): Refusal | undefined => {
  const names = lbsInService(observed).map(({ name }) => name)
  const unknown = only.find((name) => !names.includes(name))
  if (unknown === undefined) return undefined
  return {
    refused: `--only ${unknown}: there is no such lb`,
    hint: `There are ${names.join(', ') || 'none'}.`,
    isUsage: true,
  }
}

const refuseUnready = (observed: Observed, { pairs }: UpdateRequest): Refusal | undefined => {
  if (lbsInService(observed).length === 0) {
    return { refused: 'There are no lbs', hint: 'Make them with bootstrap-infra.' }
  }
  const next = observed.servers.find(({ phase, abandoned }) => phase === 'next' && abandoned === undefined)
  if (next) {
    const script = next.role === 'lb' ? 'rotate-lbs' : 'deploy-infra'
    return { refused: `${next.name} is left of an unfinished run`, hint: `Finish it with ${script} first.` }
  }
  const faulty = lbsInService(observed).find(({ fault, isForeign }) => fault !== undefined && !isForeign)
  if (faulty) return { refused: `${faulty.name} could not be asked: ${faulty.fault}`, hint: 'Nothing was changed.' }
  for (let pair = 1; pair <= pairs; pair += 1) {
    const refusal = refusePair(observed, serverName('nameserver', pair, 'serving'))
    if (refusal) return refusal
  }
  return undefined
}

const refusePair = ({ servers, lbs }: Observed, nameserver: string): Refusal | undefined => {
  const server = servers.find(({ name }) => name === nameserver)
  const astray = lbs.find((lb) => lb.pair === server?.pair && nameserverOf(lb) !== nameserver)
  if (!server || astray) {
    return {
      refused: `${astray?.name ?? 'an lb'} does not send its queries to ${nameserver}`,
      hint: 'Look at status; finish the deployment with deploy-infra first.',
    }
  }
  return undefined
}

const notesOf = ({ lbs }: Observed, keepOld: boolean): readonly string[] => [
  ...(keepOld ? ['What served before stays running, idle: rollback-infra goes back to it.'] : []),
  ...(lbs.some(({ idleRunning }) => idleRunning) ? ['An idle colour that still runs is replaced.'] : []),
]
