import type { Clock } from '../../clock.ts'
import type { Check, CheckId } from '../../dns/checks/check.ts'
import { timeAnswers } from '../../dns/checks/latency.ts'
import { type AnswerRecord, compareWays, recordAnswers } from '../../dns/checks/same-answers.ts'
import { noteEnds } from '../../dns/checks/signed.ts'
import { zoneOfChecks } from '../../dns/checks/which.ts'
import { checksFor } from '../../dns/checks.ts'
import { type Finding, plainFinding, probe } from '../../dns/probe.ts'
import { query } from '../../dns/query.ts'
import { identityOf } from '../../fleet/names.ts'
import { familyOf } from '../../ip.ts'
import type { Pace } from '../../pace.ts'
import type { CheckedFinding, Latency, SignatureEnd } from '../../report/check-dns.ts'
import type { Zone } from '../../zones/zone.ts'
import type { Progress } from './progress.ts'
import type { Scene, Subject } from './scene.ts'

export interface Choice {
  /** Canonical origins; undefined for all. */
  readonly zones: readonly string[] | undefined
  readonly isChosen: (id: CheckId) => boolean
}

export interface Asking {
  readonly clock: Clock
  readonly progress: Progress
  readonly signal: AbortSignal
  readonly pace?: Pace | undefined
}

interface ServersFound {
  readonly findings: readonly CheckedFinding[]
  readonly latencies: readonly Latency[]
  readonly signatures: readonly SignatureEnd[]
}

/** Every server, a pair and generation at a time: there lb and nameserver must say the same. */
export const askServers = async (scene: Scene, choice: Choice, asking: Asking): Promise<ServersFound> => {
  const groups = new Map<string, Subject[]>()
  for (const subject of scene.subjects) {
    const key = `${subject.pair} ${subject.generation}`
    groups.set(key, [...(groups.get(key) ?? []), subject])
  }
  const [found, lost] = await Promise.all([
    Promise.all([...groups.values()].map((group) => askGroup(group, scene, choice, asking))),
    findLostFamily(scene, asking),
  ])
  const findings = found.flatMap((group) => group.findings)
  return {
    findings: findings.map((finding) => (familyOf(finding.address) === lost ? notMeasured(finding, lost) : finding)),
    latencies: found.flatMap(({ latencies }) => latencies),
    signatures: found.flatMap(({ signatures }) => signatures),
  }
}

const askGroup = async (
  subjects: readonly Subject[],
  { artefacts }: Scene,
  choice: Choice,
  { clock, progress, signal, pace }: Asking,
): Promise<ServersFound> => {
  const [{ pair, generation } = { pair: 0, generation: 0 }] = subjects
  const zones = artefacts.get(generation)
  if (!zones) return { findings: [], latencies: [], signatures: [] }
  const checks = chooseChecks(zones, choice, { pair, generation })
  const zoneOf = zoneOfChecks(zones)
  const hasBoth = new Set(subjects.map(({ role }) => role)).size > 1
  const isCompared = choice.isChosen('direct-lb') && hasBoth
  const { recording, recordOf } = recordAnswers(checks, () => progress.done(), { isCompared })
  const latencies: Latency[] = []
  const signatures: SignatureEnd[] = []
  progress.expect(checks.length * subjects.length)
  const asked = await Promise.all(
    subjects.map(async ({ target, role }) => {
      const timed = timeAnswers(recording, (check, { name, address }, ms) =>
        latencies.push({ kind: role, server: name, address, zone: zoneOf(check) ?? '.', ms }),
      )
      const watched = noteEnds(timed, (check, { name, address }, end) =>
        signatures.push({ server: name, address, zone: zoneOf(check) ?? '.', end }),
      )
      const findings = await probe([target], watched, { clock, signal, pace })
      // those without an answer
      progress.done(checks.length - recordOf(target).answers.size)
      return findings.flatMap((finding, index) => {
        const check = checks[index]
        return check && isTold(finding, choice) ? [checkedFinding(finding, { kind: role, zone: zoneOf(check) })] : []
      })
    }),
  )
  if (!isCompared) return { findings: asked.flat(), latencies, signatures }
  const recordsOf = (role: Subject['role']): readonly AnswerRecord[] =>
    subjects.filter((one) => one.role === role).map(({ target }) => recordOf(target))
  const direct = recordsOf('nameserver')
  const compared = recordsOf('lb').flatMap((lb) => compareWays(checks, lb, direct))
  const through = compared.map((finding): CheckedFinding => ({ ...finding, kind: 'lb', zone: undefined }))
  return { findings: [...asked.flat(), ...through], latencies, signatures }
}

/** Of what is ok nobody reads the texts: of a large zone, making them would take as long as a third of the asking. */
const checkedFinding = (finding: Finding, about: Pick<CheckedFinding, 'kind' | 'zone'>): CheckedFinding =>
  finding.status === 'ok' ? Object.assign(finding, about) : { ...plainFinding(finding), ...about }

/** The SOA is always asked for: a server that does not even answer it is not asked the rest. */
const chooseChecks = (
  zones: readonly Zone[],
  { zones: wanted, isChosen }: Choice,
  { pair, generation }: { readonly pair: number; readonly generation: number },
): readonly Check[] => {
  const isWanted = (origin: string | undefined): boolean => !wanted || origin === undefined || wanted.includes(origin)
  // What is asked once a server is asked of the first. All zones as they are give the checks that other groups have too.
  const sorted = wanted
    ? [...zones.filter(({ origin }) => isWanted(origin)), ...zones.filter(({ origin }) => !isWanted(origin))]
    : zones
  const checks = checksFor(sorted, { nsid: identityOf(pair, generation), serial: generation, hasAges: true })
  const isCompared = isChosen('direct-lb')
  const zoneOf = zoneOfChecks(zones)
  return checks.filter((check) => (check.id === 'soa' || isCompared || isChosen(check.id)) && isWanted(zoneOf(check)))
}

const isTold = ({ check, status }: Finding, { isChosen }: Choice): boolean =>
  isChosen(check) || (check === 'soa' && status !== 'ok')

/** The family over which this computer sends nothing to anybody: that says nothing of the servers. */
const findLostFamily = async ({ subjects, artefacts }: Scene, { signal, pace }: Asking): Promise<4 | 6 | undefined> => {
  const zone = [...artefacts.values()].flat()[0]
  if (!zone) return undefined
  const asked = await Promise.all(
    subjects.map(async ({ target }) => ({
      family: familyOf(target.address),
      reply: await query(target, { name: zone.origin, type: 'SOA', transport: 'udp' }, { signal, pace }),
    })),
  )
  const isLost = ({ reply }: (typeof asked)[number]): boolean => reply.kind === 'unreachable'
  return ([4, 6] as const).find((family) => {
    const [ours, others] = [asked.filter((one) => one.family === family), asked.filter((one) => one.family !== family)]
    return ours.length > 0 && ours.every(isLost) && others.some((one) => !isLost(one))
  })
}

const notMeasured = (finding: CheckedFinding, family: 4 | 6): CheckedFinding => ({
  ...plainFinding(finding),
  kind: finding.kind,
  zone: finding.zone,
  status: 'unknown',
  got: `this computer sends nothing over IPv${family}`,
  hint: `Run this where there is IPv${family}, or with --family ${family === 4 ? 6 : 4}.`,
})
