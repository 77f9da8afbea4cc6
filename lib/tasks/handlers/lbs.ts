import { colourBefore, colourOf, getLbStatus, otherColour, retireColour, stageLb, switchLb } from '../../dns-lb.ts'
import { InfraError } from '../../errors.ts'
import { SshError } from '../../ssh/ssh.ts'
import { clientTargetsOf } from '../addresses.ts'
import { GateError } from '../gate.ts'
import { noteLeading } from '../held.ts'
import type { Report } from '../record.ts'
import { getServer, upstreamOf } from '../servers.ts'
import type { RunWorld } from '../world.ts'

interface LbStep {
  readonly lb: string
  readonly nameserver: string
}

/** Brings the nameserver onto the idle colour, unless one colour sends there already. */
export const stage = async (
  world: RunWorld,
  step: LbStep & { readonly refresh?: boolean },
  report: Report,
): Promise<void> => {
  const lb = await getServer(world, step.lb)
  const upstream = upstreamOf(await getServer(world, step.nameserver))
  const status = await getLbStatus(world.ssh, lb)
  const colour = colourOf(status, upstream)
  if (colour && !(step.refresh && status.colours[colour].pending_upgrade)) {
    if (step.refresh) report(`${colour} runs what is installed`)
    return
  }
  try {
    await stageLb(world.ssh, lb, upstream)
  } catch (error) {
    if (!(error instanceof SshError && error.failure === 'command')) throw error
    throw new GateError(
      `${step.lb} refused the new configuration; its active colour was not touched`,
      [error.stderr],
      'Mend the nginx template of role lb, bring it to the lbs with update-lbs --config-only, and run again.',
    )
  }
}

export const switchTo = async (world: RunWorld, step: LbStep, report: Report): Promise<void> => {
  const lb = await getServer(world, step.lb)
  const nameserver = await getServer(world, step.nameserver)
  const status = await getLbStatus(world.ssh, lb)
  const colour = colourOf(status, upstreamOf(nameserver))
  if (!colour)
    throw new InfraError(`${step.lb}: no colour sends to ${step.nameserver}`, { hint: 'Run again: it is staged anew.' })
  world.witness.markStep(`switch ${step.lb}`)
  if (status.active === colour) report(`${colour} is active already`)
  else {
    if (status.active) await noteLeading(world, status.colours[status.active].upstream, nameserver)
    await switchLb(world.ssh, lb, colour)
    report(`${colour} is active`)
  }
}

/** Back to the colour that served before an update, as long as it runs; nothing happens when the lb has not moved. */
export const revert = async (world: RunWorld, { lb: name }: { readonly lb: string }): Promise<void> => {
  const lb = await getServer(world, name)
  const before = colourBefore(await getLbStatus(world.ssh, lb))
  if (before) await switchLb(world.ssh, lb, before)
}

/** Also of a colour that is ending already: it asks its nameserver to the end, which may not be removed before. */
export const retire = async (world: RunWorld, { lb: name }: { readonly lb: string }): Promise<void> => {
  const lb = await getServer(world, name)
  const { active } = await getLbStatus(world.ssh, lb)
  if (active === null) return
  world.witness.letGo(await clientTargetsOf(world, [lb]))
  await retireColour(world.ssh, lb, otherColour(active))
}
