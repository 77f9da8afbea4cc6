/**
 * What a deployment takes, as ratios of medians taken in turns on this computer: from a baked image against the stock image, against an
 * earlier build of this project, against a machine's boot alone, and against the flow that one ports first; what a run of update-lbs takes that
 * finds nothing to do; and what six pairs take where two do.
 *
 *   tsx test/bench-deployment.ts [ROUNDS]     5 unless told
 */
import path from 'node:path'
import { table } from '../lib/report/table.ts'
import { inScratch } from '../lib/scratch.ts'
import { duration } from '../lib/time.ts'
import { bootToSsh } from './bench-deployment/boot.ts'
import { startEarlier } from './bench-deployment/earlier.ts'
import { startPortedFlow } from './bench-deployment/ported.ts'
import { type Timed, timeScript } from './bench-deployment/timed-script.ts'
import { median } from './bench-sessions.ts'
import { createCheckout } from './scripts/checkout.ts'
import { expectScript } from './scripts/command.ts'
import { startTwin, type Twin } from './scripts/twin.ts'

const rounds = Number(process.argv[2] ?? 5)
const manyPairs = 6
const answered = ['--yes', '--yes-delete'] as const

const say = (text: string): void => void process.stdout.write(`${text}\n`)

/** Milliseconds of each round, by what was measured. */
const series = new Map<string, number[]>()
const add = (name: string, ms: number): void => {
  series.set(name, [...(series.get(name) ?? []), ms])
}
const middle = (name: string): number => median(series.get(name) ?? [])

/** @param goal such as `≤ 0.40`; the ratio is of two series that were measured. */
const compare = (what: string, [over, under]: readonly [string, string], goal: string): readonly string[] => {
  const ratio = middle(over) / middle(under)
  const [sign, figure] = goal.split(' ')
  const isReached = sign === '≤' ? ratio <= Number(figure) : ratio >= Number(figure)
  return [what, Number.isNaN(ratio) ? 'not measured' : ratio.toFixed(2), goal, isReached ? 'reached' : 'missed']
}

const addDeployment = (name: string, { ms, switchedMs, cpuMs }: Timed): void => {
  add(`${name}, whole`, ms)
  add(`${name}, until traffic is on the new`, switchedMs ?? Number.NaN)
  add(`${name}, processor time of ours`, cpuMs)
}

/** Deployments of one fleet and of an earlier build's, in turns, and what there is beside them. */
const compareDeployments = async (folder: string, twin: Twin): Promise<void> => {
  const stock = createCheckout(path.join(folder, 'stock'))
  stock.edit('infra.config.ts', "image: 'debian-12',", "image: 'debian-12',\n  images: { maxAgeDays: 0 },")
  const earlier = await startEarlier(folder)
  if (!earlier) say('the earlier build is not in this repository: nothing is compared with it')
  const args = ['--env-file', twin.envFile, '--yes']
  const deployArgs = ['--env-file', twin.envFile, ...answered]
  try {
    await earlier?.expect('bootstrap-infra', '--yes')
    await earlier?.expect('deploy-infra', ...answered)
    for (let round = 1; round <= rounds; round += 1) {
      say(`round ${round} of ${rounds}`)
      addDeployment('baked', await timeScript('deploy-infra', deployArgs, { scratch: folder }))
      if (earlier) {
        const { cwd, envFile } = earlier
        const theirs = ['--env-file', envFile, ...answered]
        addDeployment('earlier', await timeScript('deploy-infra', theirs, { cwd, scratch: folder }))
        const idle = await timeScript('update-lbs', ['--env-file', envFile, '--yes'], { cwd, scratch: folder })
        add('earlier, idle update-lbs', idle.ms)
      }
      addDeployment('stock', await timeScript('deploy-infra', deployArgs, { cwd: stock.root, scratch: folder }))
      add('idle update-lbs', (await timeScript('update-lbs', args, { scratch: folder })).ms)
      add('boot to SSH', await bootToSsh(twin))
    }
  } finally {
    await earlier?.close()
  }
}

const compareBuilds = async (folder: string): Promise<void> => {
  const twin = await startTwin()
  try {
    const args = ['--env-file', twin.envFile, ...answered]
    await expectScript(0, 'bake-images', args)
    await expectScript(0, 'bootstrap-infra', ['--env-file', twin.envFile, '--yes'])
    await expectScript(0, 'deploy-infra', args)
    await compareDeployments(folder, twin)
  } finally {
    await twin.down()
  }
}

const comparePorted = async (folder: string): Promise<void> => {
  const twin = await startTwin()
  try {
    const flow = await startPortedFlow(twin, folder)
    try {
      for (let round = 1; round <= rounds; round += 1) {
        const { ms, asked, lost } = await flow.deploy()
        add('ported flow', ms)
        say(`ported flow, round ${round}: ${duration(ms)}, ${lost} of ${asked} questions lost`)
      }
    } finally {
      await flow.close()
    }
  } finally {
    await twin.down()
  }
}

/** Fewer rounds: twelve machines begin at once in each. */
const compareMany = async (folder: string): Promise<void> => {
  const many = createCheckout(path.join(folder, 'many'))
  const more = Array.from({ length: manyPairs - 2 }, (_, index) => {
    const location = index % 2 === 0 ? 'fsn1' : 'hel1'
    return `    { location: '${location}', hostname: 'ns${index + 3}.example.test', serverTypes: ['cpx22', 'cpx12', 'cx23'] },`
  })
  many.edit('infra.config.ts', /(hostname: 'ns2.*\n)/, `$1${more.join('\n')}\n`)
  const numbers = Array.from({ length: manyPairs - 2 }, (_, index) => index + 3)
  const all = [2, ...numbers].map((number) => `$<before>${number}$<after>`).join('')
  for (const zone of ['example', 'example2']) {
    many.edit(`ansible/zones/${zone}.test.zone`, /(?<before> +1m +NS +ns)2(?<after>\S*\n)/, all)
  }
  const twin = await startTwin()
  const args = ['--env-file', twin.envFile, ...answered]
  const at = { cwd: many.root, scratch: folder }
  try {
    await timeScript('bake-images', args, at)
    await timeScript('bootstrap-infra', ['--env-file', twin.envFile, '--yes'], at)
    await timeScript('deploy-infra', args, at)
    for (let round = 1; round <= Math.min(rounds, 3); round += 1) {
      addDeployment(`${manyPairs} pairs`, await timeScript('deploy-infra', args, at))
    }
  } finally {
    await twin.down()
  }
}

const whole = (name: string): string => `${name}, whole`
const traffic = (name: string): string => `${name}, until traffic is on the new`
const processor = (name: string): string => `${name}, processor time of ours`

const goals = (): readonly (readonly string[])[] => [
  compare('from a baked image / from the stock image', [whole('baked'), whole('stock')], '≤ 1'),
  compare('from a baked image / earlier build', [whole('baked'), whole('earlier')], '≤ 0.40'),
  compare('the same, until traffic is on the new', [traffic('baked'), traffic('earlier')], '≤ 0.35'),
  compare('deployment / boot to SSH', [whole('baked'), 'boot to SSH'], '≤ 4'),
  compare('ported flow / deployment', ['ported flow', whole('baked')], '≥ 3'),
  compare('idle update-lbs / earlier build', ['idle update-lbs', 'earlier, idle update-lbs'], '≤ 0.25'),
  compare(`${manyPairs} pairs / 2 pairs`, [whole(`${manyPairs} pairs`), whole('baked')], '≤ 1.5'),
  compare('the same, processor time', [processor(`${manyPairs} pairs`), processor('baked')], '≤ 3'),
]

const print = (): void => {
  const width = Number.POSITIVE_INFINITY
  const rows = [...series].map(([name, values]) => [name, duration(median(values)), values.map(duration).join(', ')])
  say(`\nmedians, and each round:\n${table(rows, { width })}`)
  say(`\nratios:\n${table(goals(), { width })}`)
}

await inScratch('bench-', async (folder) => {
  try {
    await compareBuilds(folder)
    await comparePorted(folder)
    await compareMany(folder)
  } finally {
    print()
  }
})
