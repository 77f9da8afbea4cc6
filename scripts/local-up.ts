import { runCommand } from '../lib/cli.ts'
import { type ExitCode, InfraError } from '../lib/errors.ts'
import { backendRows } from '../local/machines/backends.ts'
import type { BackendWish } from '../local/twin/doctor.ts'
import { command } from './commands/local-up.ts'

/** @throws InfraError (2) for options that do not go together */
const readWish = ({ backend, provider, box }: ReturnType<typeof command.opts>): BackendWish => {
  const owner = backendRows.find(({ providers }) => providers.some((one) => one === provider))
  const kind = backend ?? owner?.kind
  if (provider !== undefined && kind !== owner?.kind) {
    throw new InfraError(`--provider ${provider} is for --backend ${owner?.kind}`, { exitCode: 2 })
  }
  const takers = backendRows.filter(({ takesBox }) => takesBox).map((row) => row.kind)
  if (box !== undefined && !takers.some((one) => one === kind)) {
    throw new InfraError(`--box is for --backend ${takers.join(' and ')}`, { exitCode: 2 })
  }
  return {
    ...(kind === undefined ? {} : { kind }),
    ...(provider === undefined ? {} : { provider }),
    ...(box === undefined ? {} : { box }),
  }
}

/** Says what would work here. Fails if nothing of what was asked for does. */
const examine = async (state: string, wish: BackendWish, json: boolean): Promise<ExitCode> => {
  const { describeFindings, examineBackends, examineComputer, isWished } = await import('../local/twin/doctor.ts')
  const [computer, backends] = await Promise.all([examineComputer(state), examineBackends()])
  if (json) process.stdout.write(`${JSON.stringify({ event: 'doctor', computer, backends })}\n`)
  else {
    process.stdout.write(`This computer\n${describeFindings(computer)}\nBackends\n${describeFindings(backends)}`)
  }
  const works = backends.some(({ isFine, backend }) => isFine && isWished(wish, backend))
  return works && computer.every(({ isFine }) => isFine) ? 0 : 2
}

await runCommand(command, async (options, interrupt) => {
  const { state, doctor = false, rebuildImage = false, json = false } = options
  const wish = readWish(options)
  if (doctor) return examine(state, wish, json)
  const { upSteps } = await import('../local/twin/up.ts')
  const { runSteps, stepPrinter } = await import('../local/twin/steps.ts')
  const { getTwin } = await import('../local/twin/record.ts')
  const { isInSpace } = await import('../local/host/space.ts')
  const { trustAnchorFile } = await import('../local/internet/keys.ts')
  await runSteps(upSteps({ stateDir: state, backend: wish, rebuildImage }), { say: stepPrinter(json), interrupt })
  const resolver = (await getTwin(state)).layout.internet.resolver.ipv4
  const end = { event: 'end', ok: true, environment: `${state}/twin.env`, resolver }
  if (json) process.stdout.write(`${JSON.stringify(end)}\n`)
  else {
    const lines = [
      [`npx tsx scripts/bootstrap-infra.ts --env-file ${state}/twin.env`, 'everything from nothing'],
      [`dig example.test @${resolver}`, 'what the world sees: nothing, until the domain is delegated'],
      [`delv -a ${trustAnchorFile(state)} +root=. @${resolver} example.test`, 'and whether that is proven'],
      [`npx tsx scripts/local-down.ts${state === 'local/.state' ? '' : ` --state ${state}`}`, 'remove it again'],
    ] as const
    const width = Math.max(...lines.map(([typed]) => typed.length))
    const space = isInSpace() ? 'local/space.sh ' : ''
    const text = lines.map(([typed, comment]) => `  ${space}${typed.padEnd(width)}  # ${comment}\n`)
    process.stderr.write(`\nThe local twin is up. Next:\n${text.join('')}`)
  }
  return 0
})
