import type { Colour } from '../../lib/plan/types.ts'

interface Instance {
  upstream: string | null
  running: boolean
  /** Program and configuration that it was started from. */
  release: string
}

/** What an lb remembers: ansible/roles/lb/files/dns-lb, without nginx and nftables. */
export interface LbState {
  active: Colour | null
  readonly colours: Record<Colour, Instance>
  /** Program and configuration that are installed. */
  release: string
  /** Of clients; operators are not counted. */
  readonly counters: { udp: number; tcp: number }
}

/** Of the dns-lb of this checkout. */
const version = 2

const ports = { blue: 5301, green: 5302 } as const
export const previews = { blue: 5311, green: 5312 } as const

const idleInstance = (): Instance => ({ upstream: null, running: false, release: '' })

export const createLbState = (release: string): LbState => ({
  active: null,
  colours: { blue: idleInstance(), green: idleInstance() },
  release,
  counters: { udp: 0, tcp: 0 },
})

/** What the command does besides. */
export interface LbEffects {
  /** Whether a nameserver answers there. */
  readonly answers: (upstream: string) => boolean
  /** Ends the connections of an instance that stops. */
  readonly stopped: (colour: Colour) => void
}

/** What was asked for cannot be done; nothing has changed. */
export class LbRefusal extends Error {
  readonly exitStatus: number = 1
}

/** There is no such verb. */
class LbUsageFault extends LbRefusal {
  override readonly exitStatus = 2
}

const other = (colour: Colour): Colour => (colour === 'blue' ? 'green' : 'blue')

const isColour = (word: string | undefined): word is Colour => word === 'blue' || word === 'green'

/**
 * Carries out one `dns-lb` command line.
 * @returns what it prints as JSON
 * @throws LbRefusal
 */
export const runDnsLb = (state: LbState, words: readonly string[], effects: LbEffects): unknown => {
  const [verb, option, value] = words
  if (verb === 'status') return statusOf(state)
  if (verb === 'talkers') return { talkers: [] }
  if (verb === 'stage' && option === '--upstream' && value) return stage(state, value, effects)
  if (verb === 'switch' && option === '--to' && isColour(value)) return switchTo(state, value, effects)
  if (verb === 'retire' && option === '--colour' && isColour(value)) return retire(state, value, effects)
  throw new LbUsageFault(`usage: dns-lb ${words.join(' ')}`)
}

const isOutdated = ({ colours, release }: LbState, colour: Colour): boolean =>
  colours[colour].running && colours[colour].release !== release

const statusOf = (state: LbState) => ({
  version,
  active: state.active,
  colours: { blue: instanceStatus(state, 'blue'), green: instanceStatus(state, 'green') },
  nginx: state.release,
  counters: { ...state.counters },
  reboot_required: false,
})

const instanceStatus = (state: LbState, colour: Colour) => ({
  upstream: state.colours[colour].upstream,
  running: state.colours[colour].running,
  port: ports[colour],
  preview: previews[colour],
  pending_upgrade: isOutdated(state, colour),
})

const stage = (state: LbState, upstream: string, effects: LbEffects) => {
  const colour = state.active ? other(state.active) : 'blue'
  const { running, upstream: before } = state.colours[colour]
  if (!running || before !== upstream || isOutdated(state, colour)) {
    stop(state, colour, effects)
    state.colours[colour] = { upstream, running: true, release: state.release }
  }
  return { colour, port: ports[colour], preview: previews[colour], upstream }
}

const switchTo = (state: LbState, colour: Colour, { answers }: LbEffects) => {
  const { running, upstream } = state.colours[colour]
  if (state.active !== colour) {
    if (!running || upstream === null) throw new LbRefusal(`${colour} is not running; stage it first`)
    if (!answers(upstream)) throw new LbRefusal(`${colour} gets no answer from ${upstream} over UDP`)
    state.active = colour
  }
  return { active: colour }
}

const retire = (state: LbState, colour: Colour, effects: LbEffects) => {
  if (colour === state.active) throw new LbRefusal(`${colour} is active; switch to ${other(colour)} first`)
  stop(state, colour, effects)
  return { retired: colour }
}

const stop = (state: LbState, colour: Colour, { stopped }: LbEffects): void => {
  state.colours[colour] = idleInstance()
  stopped(colour)
}
