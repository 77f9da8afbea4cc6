import { createOperationCommand } from '../../lib/cli.ts'
import type { ExitCode } from '../../lib/errors.ts'
import { bake } from '../../lib/operations/bake.ts'
import { bootstrap } from '../../lib/operations/bootstrap.ts'
import { createCheckDnsCommand, printCheckDns } from '../../lib/operations/check-dns.ts'
import { deploy } from '../../lib/operations/deploy.ts'
import { rollback } from '../../lib/operations/rollback.ts'
import { rotate } from '../../lib/operations/rotate.ts'
import { update } from '../../lib/operations/update.ts'
import { runOperation } from '../../lib/tasks/operate.ts'
import type { CommonOptions, Operation } from '../../lib/tasks/operation.ts'
import type { World } from '../../lib/tasks/world.ts'

/** Options of any operation, as scripts have them: `keepOld` is `--keep-old`. */
export type Flags = Readonly<Record<string, true | string | readonly string[] | undefined>>

interface Script {
  /** `deploy-infra` */
  readonly script: string
  /** Long forms of its options. */
  readonly options: readonly string[]
  /** Parses the flags as the script does, and runs it. */
  readonly run: (world: World, flags: Flags, interrupt: AbortSignal) => Promise<ExitCode>
}

const scriptOf = <Options extends CommonOptions>(operation: Operation<Options>): Script => {
  const commandOf = () => operation.options(createOperationCommand(operation))
  return {
    script: operation.name,
    options: commandOf().options.flatMap(({ long }) => long ?? []),
    run: (world, flags, interrupt) => {
      const command = commandOf().parse(wordsOf(flags), { from: 'user' })
      return runOperation(world, operation, command.opts(), interrupt)
    },
  }
}

const wordsOf = (flags: Flags): readonly string[] =>
  Object.entries(flags).flatMap(([name, value]) => {
    const long = `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`
    if (value === undefined) return []
    return value === true ? [long] : [long].concat(value)
  })

/** As the script of that name; it has no plan. */
const checkDns: Script = {
  script: 'check-dns',
  options: createCheckDnsCommand().options.flatMap(({ long }) => long ?? []),
  run: (world, flags, interrupt) => {
    const command = createCheckDnsCommand().parse(wordsOf(flags), { from: 'user' })
    return printCheckDns(world, command.opts(), interrupt)
  },
}

export type OperationName = 'bake' | 'bootstrap' | 'deploy' | 'update' | 'rotate' | 'rollback' | 'check-dns'

export const operations: Readonly<Record<OperationName, Script>> = {
  bake: scriptOf(bake),
  bootstrap: scriptOf(bootstrap),
  deploy: scriptOf(deploy),
  update: scriptOf(update),
  rotate: scriptOf(rotate),
  rollback: scriptOf(rollback),
  'check-dns': checkDns,
}
