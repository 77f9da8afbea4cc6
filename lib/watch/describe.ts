import { explanations } from '../dns/checks/explain.ts'
import { describeMoment, duration } from '../time.ts'
import { type Incident, type Member, openMembers } from './incidents.ts'

const distinct = <T>(items: readonly (T | undefined)[]): readonly T[] => [
  ...new Set(items.flatMap((item) => (item === undefined ? [] : [item]))),
]

/** Of a closed incident all that it was about, else what is still wrong. */
const tellingMembers = (incident: Incident): readonly Member[] => {
  const open = openMembers(incident)
  return open.length > 0 ? open : incident.members
}

const mostNamed = 3

const someOf = (names: readonly string[]): string => {
  const rest = names.length - mostNamed
  return rest > 0 ? `${names.slice(0, mostNamed).join(', ')} and ${rest} more` : names.join(', ')
}

/** `ns2, lb2: soa of example.test. over IPv4` */
const incidentTitle = (incident: Incident): string => {
  const members = tellingMembers(incident)
  const of = (names: readonly string[], word: string): string => (names.length > 0 ? ` ${word} ${someOf(names)}` : '')
  const zones = distinct(members.map(({ zone }) => zone))
  const families = distinct(members.map(({ family }) => family)).map((family) => `IPv${family}`)
  const servers = someOf(distinct(members.map(({ server }) => server)))
  const checks = someOf(distinct(members.map(({ check }) => check)))
  return `${servers}: ${checks}${of(zones, 'of')}${of(families.sort(), 'over')}`
}

/** For a program. Times are those of RFC 3339. */
export const incidentJson = (incident: Incident) => {
  const members = tellingMembers(incident)
  const [first] = members
  const { asked, expected, got, hint, command } = first?.example ?? {}
  return {
    key: incident.key,
    since: new Date(incident.openedAt).toISOString(),
    title: incidentTitle(incident),
    servers: distinct(members.map(({ server }) => server)),
    families: distinct(members.map(({ family }) => family)),
    zones: distinct(members.map(({ zone }) => zone)),
    checks: distinct(members.map(({ check }) => check)),
    faults: members.length,
    asked,
    expected,
    got,
    hint,
    command,
  }
}

/** What is wrong, in one sentence. */
export const describeIncident = (incident: Incident): string => {
  const [first] = tellingMembers(incident)
  const has = first ? explanations[first.check].what : ''
  return `${incidentTitle(incident)}. Not so: ${has}. Got: ${first?.example?.got ?? 'nothing'}`
}

/** A line of a log. @param at milliseconds since the Unix epoch. */
export const describeChange = (kind: 'opened' | 'changed' | 'closed', incident: Incident, at: number): string => {
  const head = `${describeMoment(at)}  ${kind.toUpperCase().padEnd(7)}`
  if (kind !== 'closed') return `${head}  ${describeIncident(incident)}`
  return `${head}  ${incidentTitle(incident)}, after ${duration(at - incident.openedAt)}`
}
