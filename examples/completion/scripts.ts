import { createOperationCommand } from '../../lib/cli.ts'
import { bake } from '../../lib/operations/bake.ts'
import { bootstrap } from '../../lib/operations/bootstrap.ts'
import { createCheckDnsCommand } from '../../lib/operations/check-dns.ts'
import { deploy } from '../../lib/operations/deploy.ts'
import { rollback } from '../../lib/operations/rollback.ts'
import { rotate } from '../../lib/operations/rotate.ts'
import { createSignZonesCommand } from '../../lib/operations/sign-zones.ts'
import { update } from '../../lib/operations/update.ts'
import type { CommonOptions, Operation } from '../../lib/tasks/operation.ts'
import { command as localDown } from '../../scripts/commands/local-down.ts'
import { command as localUp } from '../../scripts/commands/local-up.ts'
import { command as report } from '../../scripts/commands/report.ts'
import { command as status } from '../../scripts/commands/status.ts'
import { type CompletedScript, completedScript } from './option.ts'

const operationScript = <Options extends CommonOptions>(operation: Operation<Options>): CompletedScript =>
  completedScript(operation.name, operation.options(createOperationCommand(operation)))

/** Every script with its words, in the order of their names. */
export const completedScripts: readonly CompletedScript[] = [
  operationScript(bake),
  operationScript(bootstrap),
  completedScript('check-dns', createCheckDnsCommand()),
  operationScript(deploy),
  completedScript('local-down', localDown),
  completedScript('local-up', localUp),
  completedScript('report', report),
  operationScript(rollback),
  operationScript(rotate),
  completedScript('sign-zones', createSignZonesCommand()),
  completedScript('status', status),
  operationScript(update),
].sort((one, other) => (one.name < other.name ? -1 : 1))
