import type { Danger, Observed, ObservedServer } from './types.ts'
import type { ObservedChange, UnknownChange } from './zone-change.ts'

/** What the nameservers have that the lbs are about to be pointed at. */
export interface Coming {
  /** Where it is another one than that of the plan. */
  readonly generation?: number
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
  generation,
  zoneNames: generations.find((one) => one.generation === generation)?.zones,
  zones,
  lack: `generation ${generation} does not have it`,
  isAgreed: true,
})

interface Found {
  readonly losses: readonly Danger[]
  readonly unknown: string | undefined
}

/**
 * The zones of a generation that what comes does not have: as the comparison of both says, or else, where the names of both are
 * known, these.
 */
export const findLosses = (
  observed: Observed,
  server: ObservedServer,
  { zoneNames, zones, change, ...coming }: Coming & { readonly change: ObservedChange | UnknownChange },
): Found => {
  const { generation } = server
  const lossOf = (zone: string, names: readonly string[]): Danger => ({
    zone,
    kind: 'goes',
    fact: `goes: generation ${generation} serves it, ${coming.lack}`,
    effect: effectOf(zone, names),
    isAgreed: coming.isAgreed,
  })
  if (!('fault' in change)) {
    const gone = change.zones.filter(({ kind }) => kind === 'goes')
    return { losses: gone.map(({ zone }) => lossOf(zone, change.coming)), unknown: undefined }
  }
  const known = observed.generations.find((one) => one.generation === generation)
  if (known?.zones && zoneNames) {
    const gone = known.zones.filter((zone) => !zoneNames.includes(zone))
    return { losses: gone.map((origin) => lossOf(textOf(origin), zoneNames)), unknown: undefined }
  }
  if (server.zones === zones) return { losses: [], unknown: undefined }
  const fault = known?.zones ? 'what comes could not be asked' : (known?.fault ?? 'it was not asked')
  return { losses: [], unknown: `which zones generation ${generation} serves could not be read (${fault})` }
}

const textOf = (origin: string): string => origin.replace(/\.$/, '')

/** The zone above it answers in its stead, where that one is ours too. */
const effectOf = (zone: string, zoneNames: readonly string[]): string => {
  const above = zoneNames.filter((name) => `${zone}.`.endsWith(`.${name}`)).sort((a, b) => b.length - a.length)[0]
  return above ? `who asks for it is told what ${textOf(above)} has of it` : 'who asks for it gets REFUSED'
}
