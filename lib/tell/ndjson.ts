import { summarizeFindings } from '../dns/probe.ts'
import { incidentJson } from '../watch/describe.ts'
import type { Incident } from '../watch/incidents.ts'
import type { Look, Teller } from './teller.ts'
import { verdictOf } from './verdict.ts'

const lookJson = (look: Look) => ({
  event: 'look',
  time: new Date(look.at).toISOString(),
  verdict: verdictOf(look),
  ...summarizeFindings(look.report?.findings ?? []),
  open: look.open.map(({ key }) => key),
  tookMs: Math.round(look.tookMs),
  isLinkUp: look.isLinkUp,
  isMoving: look.report?.isMoving ?? false,
  remarks: look.remarks,
  unmeasured: look.report?.unknown ?? [],
})

/** An object a line: `look`, `opened`, `changed`, `closed`. */
export const createNdjson = (print: (line: string) => void): Teller => {
  const emit = (event: string, incident: Incident, at: number): void =>
    print(JSON.stringify({ event, time: new Date(at).toISOString(), ...incidentJson(incident) }))
  return {
    name: 'json',
    timeoutMs: 5000,
    opened: async (incident, { at }) => emit('opened', incident, at),
    changed: async (incident, { at }) => emit('changed', incident, at),
    closed: async (incident, { at }) => emit('closed', incident, at),
    looked: async (look) => print(JSON.stringify(lookJson(look))),
  }
}
