import type { Step } from '../plan/types.ts'
import { createAddress, moveAddress, removeAddress } from './handlers/addresses.ts'
import { abandonLbs, announceLbs } from './handlers/announcement.ts'
import { awaitCloudInit, awaitServer } from './handlers/await-server.ts'
import { awaitBaker, bake, createBaker, deleteImage, removeBaker, takeImage } from './handlers/baking.ts'
import { checkNameserver, identifyLb, verifyAddress, verifyLb } from './handlers/checks.ts'
import { configure } from './handlers/configure.ts'
import { createServer } from './handlers/create-server.ts'
import { ensureFirewall, ensureNetwork } from './handlers/foundation.ts'
import {
  beginDrain,
  checkDelegation,
  checkUnsigned,
  measureLb,
  publishGlue,
  registerNameservers,
} from './handlers/glue.ts'
import { retire, revert, stage, switchTo } from './handlers/lbs.ts'
import { keep, protect, remove, rename } from './handlers/servers.ts'
import type { Report } from './record.ts'
import { ensureRegisteredKey } from './ssh-keys.ts'
import { isWait, type Wait } from './waits.ts'
import type { RunWorld } from './world.ts'

/** Steps that wait for the world outside are no work: they stand between the trees (waits.ts). */
type Worked = Exclude<Step['kind'], Wait['kind']>

type Handlers = {
  readonly [K in Worked]: (world: RunWorld, step: Extract<Step, { kind: K }>, report: Report) => Promise<void>
}

const handlers: Handlers = {
  'ensure-ssh-key': ensureRegisteredKey,
  'ensure-network': ensureNetwork,
  'ensure-firewall': (world, { role }) => ensureFirewall(world, role),
  'create-server': createServer,
  'await-server': (world, { server }, report) => awaitServer(world, server, report),
  'await-cloud-init': (world, { server }, report) => awaitCloudInit(world, server, report),
  configure,
  'check-nameserver': checkNameserver,
  'stage-lb': stage,
  'verify-lb': verifyLb,
  'switch-lb': switchTo,
  'identify-lb': identifyLb,
  'retire-lb': retire,
  'revert-lb': revert,
  'create-address': createAddress,
  'move-address': moveAddress,
  'verify-address': verifyAddress,
  'delete-address': removeAddress,
  'announce-lbs': announceLbs,
  'abandon-lbs': abandonLbs,
  'measure-lb': measureLb,
  'check-delegation': checkDelegation,
  'publish-glue': publishGlue,
  'check-unsigned': checkUnsigned,
  'register-nameservers': registerNameservers,
  'begin-drain': beginDrain,
  'rename-server': rename,
  'protect-server': protect,
  'keep-server': keep,
  'delete-server': remove,
  'create-baker': createBaker,
  'await-baker': awaitBaker,
  bake,
  'take-image': takeImage,
  'remove-baker': removeBaker,
  'delete-image': deleteImage,
}

/** Carries out one step. Every handler first looks whether the step is done already, so it can be run again after a crash. */
export const perform = async (world: RunWorld, step: Step, report: Report): Promise<void> => {
  if (isWait(step)) throw new Error(`${step.kind} is a wait, not a piece of work`)
  await (handlers[step.kind] as (world: RunWorld, step: Step, report: Report) => Promise<void>)(world, step, report)
}
