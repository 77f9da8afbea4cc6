import { checksFor } from '../../dns/checks.ts'
import { describeFinding, probe } from '../../dns/probe.ts'
import type { Target } from '../../dns/query.ts'
import { colourOf, getLbStatus } from '../../dns-lb.ts'
import { InfraError } from '../../errors.ts'
import { identityOf, serverName } from '../../fleet/names.ts'
import type { FleetServer } from '../../fleet/server.ts'
import { clientTargetsOf, getAddress } from '../addresses.ts'
import { askWhoAnswers } from '../answers.ts'
import { getArtefact } from '../artefact.ts'
import { GateError } from '../gate.ts'
import { readGeneration } from '../generations.ts'
import type { Report } from '../record.ts'
import { getServer, listServers, targetsOf, upstreamOf } from '../servers.ts'
import type { RunWorld } from '../world.ts'

/** Every check of every zone against the nameserver itself, before any lb knows of it. */
export const checkNameserver = async (
  world: RunWorld,
  step: { readonly server: string },
  report: Report,
): Promise<void> => {
  const server = await getServer(world, step.server)
  world.witness.expect(server.generation, await getArtefact(world, server.generation))
  await requireAnswers(world, { targets: targetsOf(server, 53), nameserver: server, where: step.server }, report)
}

/** The same checks along the path that clients take, and what the witness saw of the switch. */
export const verifyLb = async (
  world: RunWorld,
  step: { readonly lb: string; readonly nameserver: string; readonly port: 'preview' | 'public' },
  report: Report,
): Promise<void> => {
  const [lb, nameserver] = await Promise.all([getServer(world, step.lb), getServer(world, step.nameserver)])
  const port = step.port === 'public' ? 53 : await previewPort(world, lb, nameserver)
  const targets = step.port === 'public' ? await clientTargetsOf(world, [lb]) : targetsOf(lb, port)
  await requireAnswers(world, { targets, nameserver, where: `${step.lb} port ${port}` }, report)
  const seen = step.port === 'public' ? await world.witness.incidents(step.lb, `switch ${step.lb}`) : []
  if (seen.length === 0) return
  throw new GateError(
    `The witness saw ${step.lb} fail while it was switched:`,
    seen,
    `Nothing else was changed. Look at nginx and BIND on ${step.lb} and ${step.nameserver}.`,
  )
}

const previewPort = async (world: RunWorld, lb: FleetServer, nameserver: FleetServer): Promise<number> => {
  const status = await getLbStatus(world.ssh, lb)
  const colour = colourOf(status, upstreamOf(nameserver))
  if (colour) return status.colours[colour].preview
  throw new InfraError(`${lb.name}: no colour sends to ${nameserver.name}`, { hint: 'Run again: it is staged anew.' })
}

interface Questioning {
  readonly targets: readonly Target[]
  readonly nameserver: FleetServer
  readonly where: string
}

const requireAnswers = async (
  world: RunWorld,
  { targets, nameserver, where }: Questioning,
  report: Report,
): Promise<void> => {
  const zones = await getArtefact(world, nameserver.generation)
  const nsid = identityOf(nameserver.pair, nameserver.generation)
  const checks = checksFor(zones, { nsid, serial: nameserver.generation })
  report(`${checks.length} checks over UDP and TCP, at ${targets.map(({ address }) => address).join(' and ')}`)
  const findings = await probe(targets, checks, { clock: world.clock, signal: world.signal })
  const bad = findings.filter((finding) => finding.status !== 'ok')
  report(`${findings.length - bad.length} of ${findings.length} right`)
  if (bad.length === 0 && findings.length > 0) return
  throw new GateError(
    `${where} does not answer as it must (${bad.length} of ${findings.length} findings):`,
    bad.map(describeFinding),
    `Compare with the zone files and look at the log of named on ${nameserver.name}. Then run again: it goes on from here; deploy-infra --fresh begins with new servers.`,
  )
}

/** The same checks at one Floating IP, which has just been led to another lb. */
export const verifyAddress = async (
  world: RunWorld,
  step: { readonly address: string; readonly nameserver: string },
  report: Report,
): Promise<void> => {
  const [address, nameserver] = await Promise.all([getAddress(world, step.address), getServer(world, step.nameserver)])
  const targets = [{ name: step.address, address: address.ip, port: 53 }]
  await requireAnswers(world, { targets, nameserver, where: step.address }, report)
  const seen = await world.witness.incidents(serverName('lb', address.pair, 'serving'), `move ${step.address}`)
  if (seen.length === 0) return
  throw new GateError(`The witness saw ${step.address} fail while it was moved:`, seen, 'Look at the lb it leads to.')
}

/**
 * Who answers behind an lb, for nameservers whose artefact is not at hand: authority and identity, not content. Asked for the
 * zones that the nameserver has, which the zone files at hand need not know of, and the other way round.
 */
export const identifyLb = async (
  world: RunWorld,
  step: { readonly lb: string; readonly nameserver: string },
): Promise<void> => {
  const { pair, generation } = await getServer(world, step.nameserver)
  const identity = identityOf(pair, generation)
  const answers = await askWhoAnswers(world, await zonesOf(world, generation), [await getServer(world, step.lb)])
  const bad = answers.filter(({ fault, nsid }) => fault !== undefined || nsid !== identity)
  if (answers.length > 0 && bad.length === 0) return
  throw new GateError(
    `${step.lb} is not answered by ${step.nameserver}:`,
    bad.map(
      ({ zone, address, transport, fault, nsid }) =>
        `${zone} SOA at ${address} (${transport}): ${fault ?? `NSID ${nsid}`}`,
    ),
    `Look at dns-lb status on ${step.lb}.`,
  )
}

const zonesOf = async (world: RunWorld, generation: number): Promise<readonly string[]> => {
  const { zones, fault } = await readGeneration(world, generation, await listServers(world))
  if (zones) return zones
  throw new GateError(
    `Which zones generation ${generation} has could not be read, so who answers was not asked:`,
    [`${fault}`],
    'Ask an lb yourself: dig +nsid +norecurse SOA ZONE @LB says which generation answers. Then look at status.',
  )
}
