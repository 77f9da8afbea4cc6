import { createCommand, runCommand } from '../lib/cli.ts'

const command = createCommand({
  name: 'local-up',
  summary:
    'Starts the local twin: an emulated Hetzner Cloud on loopback whose servers are systemd-nspawn machines on this computer, and a little internet around it: root and parent zone, registrar, resolver. Needs Linux and root. Running it again repairs what is missing.',
  examples: [
    ['', 'start it, the first time with making the image of the machines (a minute)'],
    ['--state /var/tmp/twin', 'a second twin beside the first'],
    ['--rebuild-image', 'after new packages have come to the archive'],
  ],
})
  .option('--state <directory>', 'where everything about this twin is kept', 'local/.state')
  .option('--rebuild-image', 'make the image of the machines anew; running machines keep theirs')
  .option('--json', 'print events on stdout, one JSON object a line')
  .option('--verbose', 'print where an unforeseen error came from')

await runCommand(command, async ({ state, rebuildImage = false, json = false }, interrupt) => {
  const { upSteps } = await import('../local/twin/up.ts')
  const { runSteps, stepPrinter } = await import('../local/twin/steps.ts')
  const { getTwin } = await import('../local/twin/record.ts')
  await runSteps(upSteps({ stateDir: state, rebuildImage }), { say: stepPrinter(json), interrupt })
  const resolver = (await getTwin(state)).layout.internet.resolver.ipv4
  const end = { event: 'end', ok: true, environment: `${state}/twin.env`, resolver }
  if (json) process.stdout.write(`${JSON.stringify(end)}\n`)
  else {
    const lines = [
      [`npx tsx scripts/bootstrap-infra.ts --env-file ${state}/twin.env`, 'everything from nothing'],
      [`dig example.test @${resolver}`, 'what the world sees: nothing, until the domain is delegated'],
      [`npx tsx scripts/local-down.ts${state === 'local/.state' ? '' : ` --state ${state}`}`, 'remove it again'],
    ] as const
    const width = Math.max(...lines.map(([typed]) => typed.length))
    const text = lines.map(([typed, comment]) => `  ${typed.padEnd(width)}  # ${comment}\n`)
    process.stderr.write(`\nThe local twin is up. Next:\n${text.join('')}`)
  }
  return 0
})
