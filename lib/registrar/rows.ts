import { gandi } from './gandi.ts'
import { porkbun } from './porkbun.ts'
import { twin } from './twin.ts'

/** Every registrar with an API. A new one is a file beside these and a line here. */
export const rows = [porkbun, gandi, twin] as const

type Row = (typeof rows)[number]

/** `manual` is a person at a web page. */
export type RegistrarKind = 'manual' | Row['kind']

export const registrarKinds: readonly [RegistrarKind, ...RegistrarKind[]] = ['manual', ...rows.map(({ kind }) => kind)]

type SettingsOf<R extends Row> = R extends Row
  ? { readonly kind: R['kind']; readonly endpoint: string } & Readonly<Record<keyof R['variables'], string>>
  : never

export type RegistrarSettings = { readonly kind: 'manual' } | SettingsOf<Row>
