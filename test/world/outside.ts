import { createCloud } from '../../local/cloud/app.ts'
import type { State } from '../../local/cloud/state.ts'
import { createStore } from '../../local/cloud/store.ts'
import { createLeapingClock, type LeapingClock } from './clock.ts'
import { type Front, type FrontRequest, openFront } from './front.ts'
import type { Domains, Internet } from './internet.ts'
import { findPlace } from './place.ts'
import { createRegistrarApi } from './registrar.ts'
import { createSite, type SavedSite, type Site } from './site.ts'

/** What goes wrong besides the machines; each strikes once. */
export interface Faults {
  /** The request that is refused, by cloud or registrar. */
  refuse?: ((request: FrontRequest) => boolean) | undefined
  /** The role for which Ansible fails. */
  playbook?: 'nameserver' | 'lb' | undefined
}

/** Everything there is at one moment, to come back to. */
export interface Saved {
  readonly cloud: State
  readonly site: SavedSite
  readonly domains: Domains
}

/** All that is outside of the programs: cloud, machines, internet, time. */
export interface Outside {
  readonly clock: LeapingClock
  readonly site: Site
  readonly internet: Internet
  readonly front: Front
  readonly faults: Faults
  /** Id of the server of this name. */
  findServer(name: string): number | undefined
  save(): Promise<Saved>
  load(saved: Saved): Promise<void>
  close(): Promise<void>
}

const startMs = 1_790_000_000_000
/** So long after a question the next one may be on its way. */
const askingMs = 2

/** @param isDead whether the clone of this name has been killed */
export const startOutside = async (isDead: (clone: string) => boolean): Promise<Outside> => {
  const faults: Faults = {}
  const site = createSite()
  const isBusy = (): boolean =>
    front.isBusy() ||
    performance.now() - site.lastAsked() < askingMs ||
    process.getActiveResourcesInfo().includes('ProcessWrap')
  const clock = createLeapingClock(isBusy, startMs)
  const { internet, prefix } = await findPlace(clock.now)
  let store = createStore()
  const openCloud = () =>
    createCloud({
      machines: site.backend,
      pools: { ipv4: `${prefix}.0/24`, ipv6: null },
      store,
      clock,
      timing: { minMs: 500, maxMs: 2000 },
      requestsPerHour: 1_000_000,
    })
  let cloud = await openCloud()
  const registrar = createRegistrarApi(internet)
  const front = openFront({
    isDead,
    isRefused: (request) => {
      const isRefused = faults.refuse?.(request) === true
      if (isRefused) faults.refuse = undefined
      return isRefused
    },
    answer: (request) => {
      const url = new URL(request.url)
      if (!url.pathname.startsWith('/registrar/')) return cloud.app.fetch(request)
      url.pathname = url.pathname.replace('/registrar', '')
      return registrar.fetch(new Request(url, request))
    },
  })
  return {
    clock,
    site,
    internet,
    front,
    faults,
    findServer: (name) => Object.values(store.state.servers).find((server) => server.name === name)?.id,
    save: async () => {
      await cloud.settled()
      return { cloud: structuredClone(store.state), site: site.save(), domains: internet.registered() }
    },
    load: async (saved) => {
      await cloud.settled()
      await site.load(saved.site)
      store = createStore()
      Object.assign(store.state, structuredClone(saved.cloud))
      internet.reset(saved.domains)
      cloud = await openCloud()
    },
    close: async () => {
      await cloud.settled()
      clock.stop()
      front.close()
      await Promise.all([site.close(), internet.close()])
    },
  }
}
