/** What it costs an lb that every UDP question has a session of its own: processor time a question, as a ratio taken in one run. */
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import type { Colour } from '../lib/plan/types.ts'
import type { Fleet } from './scripts/fleet.ts'

const rounds = 5
const queriesPerSecond = 2000
const seconds = 5

export const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN

/** Processor seconds that the workers of an instance have used. From proc(5): in a container systemd may keep no account of it. */
const secondsUsed = async (fleet: Fleet, colour: Colour): Promise<number> => {
  const main = `main=$(systemctl show --property=MainPID --value dns-lb@${colour})`
  const workers = 'for pid in $(cat /proc/$main/task/$main/children); do cat /proc/$pid/stat; done'
  const lines = (await fleet.onMachine('lb1', `${main}; ${workers}`)).trim().split('\n')
  const ticks = lines.map((line) => line.split(' ').slice(13, 15).map(Number))
  return ticks.flat().reduce((sum, one) => sum + one, 0) / 100
}

/** Microseconds a question at a rate that this computer can hold; `sockets` source ports share it. */
const costOf = async (
  fleet: Fleet,
  { colour, file, sockets }: { readonly colour: Colour; readonly file: string; readonly sockets: number },
): Promise<number> => {
  const [address = ''] = await fleet.lbAddresses('lb1')
  await fleet.onMachine('lb1', `dns-lb switch --to ${colour}`)
  const before = await secondsUsed(fleet, colour)
  const load = ['-Q', String(queriesPerSecond), '-l', String(seconds), '-c', String(sockets), '-T', '1', '-e']
  const { stdout } = await promisify(execFile)('dnsperf', ['-s', address, '-d', file, ...load])
  const completed = Number(/Queries completed:\s+(\d+)/.exec(stdout)?.[1] ?? Number.NaN)
  return (1e6 * ((await secondsUsed(fleet, colour)) - before)) / completed
}

/**
 * Both settings side by side on lb1, each on one colour, and asked in turns. Leaves lb1 as it was.
 * @param file questions for dnsperf.
 */
export const compareSessions = async (fleet: Fleet, file: string): Promise<string> => {
  const template = '/etc/dns-lb/nginx.conf.template'
  const { active, colours } = await fleet.lbStatus('lb1')
  const own: Colour = active ?? 'blue'
  const shared: Colour = own === 'blue' ? 'green' : 'blue'
  const stage = `dns-lb stage --upstream ${colours[own].upstream}`
  await fleet.onMachine(
    'lb1',
    `sed -i.kept '/proxy_requests 1;/d' ${template}; ${stage}; mv ${template}.kept ${template}`,
  )
  const lines: string[] = []
  for (const sockets of [200, 1]) {
    const costs: Record<'own' | 'shared', number[]> = { own: [], shared: [] }
    for (let round = 0; round < rounds; round += 1) {
      costs.shared.push(await costOf(fleet, { colour: shared, file, sockets }))
      costs.own.push(await costOf(fleet, { colour: own, file, sockets }))
    }
    const [a, b] = [median(costs.own), median(costs.shared)]
    const figures = `${a.toFixed(1)} and ${b.toFixed(1)} µs`
    lines.push(`  from ${sockets} source port${sockets > 1 ? 's' : ''}: ${(a / b).toFixed(2)} (${figures})`)
  }
  await fleet.onMachine('lb1', `dns-lb switch --to ${own}; dns-lb retire --colour ${shared}`)
  return [
    `processor time of an lb a question, a session each / sessions shared (medians of ${rounds}):`,
    ...lines,
  ].join('\n')
}
