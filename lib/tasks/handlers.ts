import type { Step } from '../plan/types.ts'
import { awaitServer } from './handlers/await-server.ts'
import { checkNameserver, identifyLb, verifyLb } from './handlers/checks.ts'
import { configure } from './handlers/configure.ts'
import { createServer } from './handlers/create-server.ts'
import { ensureFirewall, ensureNetwork } from './handlers/foundation.ts'
import { retire, stage, switchTo } from './handlers/lbs.ts'
import { keep, protect, remove, rename } from './handlers/servers.ts'
import { ensureRegisteredKey } from './ssh-keys.ts'
import type { RunWorld } from './world.ts'

/** Says in a few words how far a step is. */
export type Report = (text: string) => void

type Handlers = {
  readonly [K in Step['kind']]: (world: RunWorld, step: Extract<Step, { kind: K }>, report: Report) => Promise<void>
}

const handlers: Handlers = {
  'ensure-ssh-key': ensureRegisteredKey,
  'ensure-network': ensureNetwork,
  'ensure-firewall': (world, { role }) => ensureFirewall(world, role),
  'create-server': createServer,
  'await-server': (world, { server }, report) => awaitServer(world, server, report),
  configure,
  'check-nameserver': checkNameserver,
  'stage-lb': stage,
  'verify-lb': verifyLb,
  'switch-lb': switchTo,
  'identify-lb': identifyLb,
  'retire-lb': retire,
  'rename-server': rename,
  'protect-server': protect,
  'keep-server': keep,
  'delete-server': remove,
}

/** Carries out one step. Every handler first looks whether the step is done already, so it can be run again after a crash. */
export const perform = <S extends Step>(world: RunWorld, step: S, report: Report): Promise<void> =>
  (handlers[step.kind] as (world: RunWorld, step: S, report: Report) => Promise<void>)(world, step, report)
