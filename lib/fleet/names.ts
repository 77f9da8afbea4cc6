import type { Architecture } from '../hcloud/types.ts'

export type Role = 'nameserver' | 'lb'
/** `next` is being prepared, `serving` serves, `old` is retired but warm. */
export type Phase = 'next' | 'serving' | 'old'

const prefixes = { nameserver: 'ns', lb: 'lb' } as const
const suffixes = { next: '-next', serving: '', old: '-old' } as const

/** The name of a server in the cloud, such as `ns1-next`. `pair` counts from 1. */
export const serverName = (role: Role, pair: number, phase: Phase): string =>
  `${prefixes[role]}${pair}${suffixes[phase]}`

/** Undoes `serverName`; undefined for a name that it cannot have made. */
export const parseServerName = (name: string): { role: Role; pair: number; phase: Phase } | undefined => {
  const match = /^(ns|lb)([1-9]\d*)(-next|-old)?$/.exec(name)
  if (!match) return undefined
  const phase = match[3] === '-next' ? 'next' : match[3] === '-old' ? 'old' : 'serving'
  return { role: match[1] === 'ns' ? 'nameserver' : 'lb', pair: Number(match[2]), phase }
}

/** What NSID and `id.server` of a nameserver say: its serving name whatever it is called at the moment, and its generation. */
export const identityOf = (pair: number, generation: number): string =>
  `${serverName('nameserver', pair, 'serving')}.${generation}`

export const networkName = (project: string): string => project
export const firewallName = (project: string, role: Role): string => `${project}-${role}`
export const lockName = (project: string): string => `${project}-lock`

export type Family = 'ipv4' | 'ipv6'
export const families: readonly Family[] = ['ipv4', 'ipv6']

/** The name of a Floating IP that glue of a pair points at, such as `lb1-ipv4`. */
export const addressName = (pair: number, family: Family): string => `${serverName('lb', pair, 'serving')}-${family}`

/** What an image is baked for. */
export interface ImageKind {
  readonly role: Role
  readonly architecture: Architecture
}

/** What a baked image is called, such as `ns-x86-1790000000`. The cloud has no names for it: this one is its description. */
export const imageName = ({ role, architecture }: ImageKind, baked: number): string =>
  `${prefixes[role]}-${architecture}-${baked}`

/** The name of the machine that an image is made of, such as `bake-ns-x86`. */
export const bakerName = ({ role, architecture }: ImageKind): string => `bake-${prefixes[role]}-${architecture}`

/** Undoes `bakerName`; undefined for a name that it cannot have made. */
export const parseBakerName = (name: string): ImageKind | undefined => {
  const [, prefix, architecture] = /^bake-(ns|lb)-(x86|arm)$/.exec(name) ?? []
  if (architecture !== 'x86' && architecture !== 'arm') return undefined
  return { role: prefix === 'ns' ? 'nameserver' : 'lb', architecture }
}
