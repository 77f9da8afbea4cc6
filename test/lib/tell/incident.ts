import { createFinding } from '../../../lib/dns/checks/finding.ts'
import type { Look } from '../../../lib/tell/teller.ts'
import type { Incident } from '../../../lib/watch/incidents.ts'

/** One that opened at this second of Unix time, at a server. */
export const incidentAt = (seconds: number, server = 'lb1', zone = 'example.test.'): Incident => {
  const example = createFinding({
    check: 'soa',
    server,
    address: '192.0.2.10',
    transport: 'udp',
    status: 'failed',
    asked: `${zone} SOA`,
    expected: 'an authoritative answer',
    got: 'no answer within 1500 ms',
    command: `dig @192.0.2.10 ${zone} SOA`,
  })
  const key = `${server} 4 ${zone} soa`
  const fault = { key, kind: 'lb', server, family: 4, zone, check: 'soa' } as const
  return {
    key,
    openedAt: seconds * 1000,
    members: [{ ...fault, isOver: false, example: { ...example, kind: 'lb', zone } }],
  }
}

/** A look that found nothing, with what is said of it. */
export const lookAt = (seconds: number, part: Partial<Look> = {}): Look => ({
  at: seconds * 1000,
  tookMs: 1500,
  report: { findings: [], notes: [], unknown: [], isMoving: false, latencies: [], signatures: [] },
  remarks: [],
  isLinkUp: true,
  open: [],
  ...part,
})
