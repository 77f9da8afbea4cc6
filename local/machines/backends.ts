import type { Clock } from '../../lib/clock.ts'
import type { TwinLayout } from '../layout.ts'
import type { BackendRow, OpenBackend } from './backend-row.ts'
import { multipassRow } from './multipass/row.ts'
import { nspawnRow } from './nspawn/row.ts'
import { vagrantRow } from './vagrant/row.ts'

/** Backends with real machines, the best first. A new one is a folder and a line here. */
export const backendRows = [nspawnRow, vagrantRow, multipassRow] as const

export type BackendKind = (typeof backendRows)[number]['kind']

export const backendKinds: readonly BackendKind[] = backendRows.map(({ kind }) => kind)

export const backendProviders: readonly string[] = backendRows.flatMap(({ providers }): readonly string[] => providers)

/** Which machines back a twin. */
export interface Backend {
  readonly kind: BackendKind
  /** Of a backend that has several. */
  readonly provider?: string
  readonly box?: string
}

export const rowOf = ({ kind }: Pick<Backend, 'kind'>): BackendRow => {
  const row = backendRows.find((one) => one.kind === kind)
  if (row) return row
  throw new Error(`there is no backend ${kind}`)
}

/** Every way to have machines, from the best to the one with most conditions. */
export const allBackends: readonly Backend[] = backendRows.flatMap(({ kind, providers }): readonly Backend[] =>
  providers.length === 0 ? [{ kind }] : providers.map((provider) => ({ kind, provider })),
)

export const isSameBackend = (a: Backend, b: Backend): boolean => a.kind === b.kind && a.provider === b.provider

export const describeBackend = ({ kind, provider }: Backend): string =>
  provider === undefined ? kind : `${kind} (${provider})`

export const openBackend = (layout: TwinLayout, backend: Backend, clock: Clock): Promise<OpenBackend> =>
  rowOf(backend).open({ layout, clock, provider: backend.provider, box: backend.box })
