import type { CheckId } from '../dns/checks/check.ts'
import type { Finding } from '../dns/probe.ts'
import { familyOf, isAddress } from '../ip.ts'
import type { CheckedFinding, SubjectKind } from '../report/check-dns.ts'

/** What can be wrong: one check of one zone at one server over one family. */
export interface Fault {
  readonly key: string
  readonly kind: SubjectKind
  readonly server: string
  /** Undefined for what is asked of no address. */
  readonly family: 4 | 6 | undefined
  /** Undefined for what is asked of a server as a whole. */
  readonly zone: string | undefined
  readonly check: CheckId
}

/** How it was in one look: over both transports, and of all that was asked. */
export interface SeenFault extends Fault {
  readonly status: Finding['status']
  /** The first that is not ok. */
  readonly example: CheckedFinding | undefined
}

const faultOf = ({ kind, server, address, zone, check }: CheckedFinding): Fault => {
  const family = isAddress(address) ? familyOf(address) : undefined
  return { key: [server, family ?? '-', zone ?? '-', check].join(' '), kind, server, family, zone, check }
}

const weight = { ok: 0, unknown: 1, failed: 2 } as const

/** Folds findings, of which there are tens of thousands, into what can be wrong. By the key of each. Pure. */
export const seeFaults = (findings: readonly CheckedFinding[]): ReadonlyMap<string, SeenFault> => {
  const seen = new Map<string, SeenFault>()
  for (const finding of findings) {
    const fault = faultOf(finding)
    const before = seen.get(fault.key)
    if (before && weight[finding.status] <= weight[before.status]) continue
    const example = finding.status === 'ok' ? undefined : finding
    seen.set(fault.key, { ...fault, status: finding.status, example })
  }
  return seen
}
