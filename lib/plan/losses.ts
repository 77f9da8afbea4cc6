import { lbsInService } from './lbs.ts'
import { switchedTo } from './phases.ts'
import type { Observed, ObservedServer, Plan, ZoneLoss } from './types.ts'

/** What the nameservers have that the lbs are about to be pointed at. */
export interface Coming {
  /** Names of the zones, canonical; undefined when they could not be read. */
  readonly zoneNames: readonly string[] | undefined
  /** Content hash of the zone files: a nameserver with the same one has the same zones, also when it cannot be asked. */
  readonly zones: string
  /** Said of a zone that goes: where it is missing. */
  readonly lack: string
  /** Nothing has to be agreed to any more, only told. */
  readonly isAgreed: boolean
}

/** Nameservers that are made already have the zones that they have; nobody is asked: what leads there is begun, or goes back. */
export const comingFrom = ({ generation, zones }: ObservedServer, { generations }: Observed): Coming => ({
  zoneNames: generations.find((one) => one.generation === generation)?.zones,
  zones,
  lack: `generation ${generation} does not have it`,
  isAgreed: true,
})

/**
 * Adds to a plan the zones that clients lose by it: those of a generation that serves, which the coming one lacks. Named before
 * everything else in the notes. What cannot be found out is told there too: it must not look as if no zone went.
 */
export const withLosses = (plan: Plan, observed: Observed, coming: Coming): Plan => {
  if (switchedTo(plan).length === 0) return plan
  const found = leavingServers(observed).map((server) => lossesOf(observed, server, coming))
  // once, also where two generations have the zone
  const losses = [...new Map(found.flatMap((one) => one.losses).map((loss) => [loss.zone, loss])).values()]
  const remark = coming.isAgreed ? '' : ' Has to be agreed to by name.'
  return {
    ...plan,
    notes: [...losses.map(({ loss }) => `${loss}${remark}`), ...unknownNotes(observed, found), ...plan.notes],
    ...(losses.length > 0 ? { losses } : {}),
  }
}

/** One nameserver of each generation that an lb sends to. */
const leavingServers = (observed: Observed): readonly ObservedServer[] => {
  const asked = lbsInService(observed).flatMap(
    ({ target }) => observed.servers.find(({ name }) => name === target) ?? [],
  )
  return [...new Map(asked.map((server) => [server.generation, server])).values()]
}

interface Found {
  readonly losses: readonly ZoneLoss[]
  readonly unknown: string | undefined
}

const lossesOf = (observed: Observed, server: ObservedServer, { zoneNames, zones, ...coming }: Coming): Found => {
  const { generation } = server
  const known = observed.generations.find((one) => one.generation === generation)
  if (known?.zones && zoneNames) {
    const gone = known.zones.filter((zone) => !zoneNames.includes(zone))
    const losses = gone.map((origin): ZoneLoss => {
      const zone = textOf(origin)
      const effect = effectOf(origin, zoneNames)
      const loss = `${zone} goes: generation ${generation} serves it, ${coming.lack}; ${effect}.`
      return { zone, effect, loss, isAgreed: coming.isAgreed }
    })
    return { losses, unknown: undefined }
  }
  if (server.zones === zones) return { losses: [], unknown: undefined }
  const fault = known?.zones ? 'what comes could not be asked' : (known?.fault ?? 'it was not asked')
  return { losses: [], unknown: `which zones generation ${generation} serves could not be read (${fault})` }
}

const textOf = (origin: string): string => origin.replace(/\.$/, '')

/** The zone above it answers in its stead, where that one is ours too. */
const effectOf = (origin: string, zoneNames: readonly string[]): string => {
  const above = zoneNames.filter((name) => origin.endsWith(`.${name}`)).sort((a, b) => b.length - a.length)[0]
  return above ? `who asks for it is told what ${textOf(above)} has of it` : 'who asks for it gets REFUSED'
}

const unknownNotes = (observed: Observed, found: readonly Found[]): readonly string[] => {
  const isServing = lbsInService(observed).some(({ active }) => active !== undefined)
  const nobody =
    found.length === 0 && isServing
      ? ['which zones are served could not be read (no lb sends to a nameserver of ours)']
      : []
  return [...nobody, ...found.flatMap(({ unknown }) => unknown ?? [])].map(
    (unknown) => `UNKNOWN whether a zone goes: ${unknown}. Who asks for one that does gets REFUSED.`,
  )
}
