import type { Finding } from '../dns/probe.ts'
import type { CheckedFinding } from '../report/check-dns.ts'
import type { Fault, SeenFault } from './faults.ts'
import { byNearness, isExplained, isSameCause, scopesOf } from './same-cause.ts'

/** `needed` of the last `of` looks have to agree before anything opens, or is over. More than half, so that not both can be. */
export interface Rules {
  readonly needed: number
  readonly of: number
}

export interface Member extends Fault {
  readonly example: CheckedFinding | undefined
  readonly isOver: boolean
}

/** Something that is wrong, under one cause. */
export interface Incident {
  /** The same for the same fault, also after a restart of the watch. */
  readonly key: string
  /** Milliseconds since the Unix epoch. */
  readonly openedAt: number
  /** Those nearest the cause first. */
  readonly members: readonly Member[]
}

export interface Change {
  readonly kind: 'opened' | 'changed' | 'closed'
  readonly incident: Incident
}

type Outcome = Finding['status']

interface Track {
  readonly fault: Fault
  readonly example: CheckedFinding | undefined
  /** Oldest first. */
  readonly outcomes: readonly Outcome[]
}

/** All that a watch remembers. */
export interface WatchState {
  /** Of what was wrong lately; what is not here was well. */
  readonly tracks: ReadonlyMap<string, Track>
  /** Those that are open. */
  readonly incidents: readonly Incident[]
}

export const noIncidents: WatchState = { tracks: new Map(), incidents: [] }

/** What one look saw. */
export interface Seen {
  /** Milliseconds since the Unix epoch. */
  readonly at: number
  readonly faults: ReadonlyMap<string, SeenFault>
  /** Everything that there is was asked: what is not among the faults is gone. */
  readonly isWhole: boolean
  /** An operation is at work: what is wrong opens nothing. */
  readonly isMoving: boolean
}

/** One look further. What could not be measured neither opens nor closes anything. Pure. */
export const judgeLook = (
  { tracks: before, incidents }: WatchState,
  seen: Seen,
  rules: Rules,
): { readonly state: WatchState; readonly changes: readonly Change[] } => {
  const tracks = new Map<string, Track>()
  const known = new Set(incidents.flatMap(({ members }) => members.map(({ key }) => key)))
  for (const track of tracksOf(before, seen, rules)) {
    const { key } = track.fault
    if (known.has(key) || track.outcomes.some((outcome) => outcome === 'failed')) tracks.set(key, track)
  }
  const grown = addFaults(
    incidents.map((incident) => markOver(incident, tracks, rules)),
    {
      fresh: freshOf([...tracks.values()], rules),
      at: seen.at,
    },
  )
  const changes = grown.flatMap((incident): readonly Change[] => {
    const was = incidents.find(({ key, openedAt }) => key === incident.key && openedAt === incident.openedAt)
    if (!was) return [{ kind: 'opened', incident }]
    if (isClosed(incident)) return [{ kind: 'closed', incident }]
    return openKeys(was) === openKeys(incident) ? [] : [{ kind: 'changed', incident }]
  })
  return { state: { tracks, incidents: grown.filter((incident) => !isClosed(incident)) }, changes }
}

const tracksOf = (before: WatchState['tracks'], seen: Seen, { of }: Rules): readonly Track[] => {
  const keys = new Set([...before.keys(), ...seen.faults.keys()])
  return [...keys].flatMap((key) => {
    const [track, now] = [before.get(key), seen.faults.get(key)]
    const fault = track?.fault ?? now
    if (!fault || (!track && now?.status !== 'failed')) return []
    const outcomes = [...(track?.outcomes ?? []), outcomeOf(now, seen)].slice(-of)
    return [{ fault: plain(fault), outcomes, example: now?.example ?? track?.example }]
  })
}

const plain = ({ key, kind, server, family, zone, check }: Fault): Fault => ({ key, kind, server, family, zone, check })

const outcomeOf = (fault: SeenFault | undefined, { isWhole, isMoving }: Seen): Outcome => {
  const status = fault?.status ?? (isWhole ? 'ok' : 'unknown')
  return isMoving && (status === 'failed' || !fault) ? 'unknown' : status
}

/**
 * Those that are wrong for sure. What begins in the middle of a look is seen by the questions that are asked late, and by those that tell
 * the cause in the next look only: the others wait for these, to be one incident with them.
 */
const freshOf = (tracks: readonly Track[], rules: Rules): readonly Track[] => {
  const isSure = ({ outcomes }: Track): boolean => hasEnough(outcomes, 'failed', rules)
  const coming = tracks.filter((track) => track.outcomes.at(-1) === 'failed' && !isSure(track))
  const scopes = scopesOf(coming.map(({ fault }) => fault))
  return tracks.filter((track) => isSure(track) && !isExplained(track.fault, scopes))
}

const hasEnough = (outcomes: readonly Outcome[], wanted: Outcome, { needed }: Rules): boolean =>
  outcomes.filter((outcome) => outcome === wanted).length >= needed

const markOver = (incident: Incident, tracks: WatchState['tracks'], rules: Rules): Incident => ({
  ...incident,
  members: incident.members.map((member) => {
    const track = tracks.get(member.key)
    const isOver = member.isOver || hasEnough(track?.outcomes ?? [], 'ok', rules)
    return { ...member, isOver, example: track?.example ?? member.example }
  }),
})

interface Fresh {
  readonly fresh: readonly Track[]
  readonly at: number
}

const addFaults = (incidents: readonly Incident[], { fresh, at }: Fresh): readonly Incident[] => {
  const grown = [...incidents]
  for (const { fault, example } of [...fresh].sort((a, b) => byNearness(a.fault, b.fault))) {
    const index = grown.findIndex(({ members }) => members.some((member) => isSameCause(member, fault)))
    const incident = grown[index]
    const member: Member = { ...fault, example, isOver: false }
    if (!incident) grown.push({ key: fault.key, openedAt: at, members: [member] })
    else grown[index] = { ...incident, members: joined(incident.members, member) }
  }
  return grown
}

const joined = (members: readonly Member[], member: Member): readonly Member[] =>
  [...members.filter(({ key }) => key !== member.key), member].sort(byNearness)

/** What is still wrong of it. */
export const openMembers = ({ members }: Incident): readonly Member[] => members.filter(({ isOver }) => !isOver)

const isClosed = (incident: Incident): boolean => openMembers(incident).length === 0

const openKeys = (incident: Incident): string =>
  openMembers(incident)
    .map(({ key }) => key)
    .join('\n')
