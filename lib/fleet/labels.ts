import type { Role } from './names.ts'

/** What a server's labels say of it. Labels are the only memory between runs, so any laptop can finish what another began. */
export interface ServerFacts {
  readonly role: Role
  readonly pair: number
  readonly generation: number
  /** Content hash of the zone files the nameserver was made from; empty for an lb. */
  readonly zones: string
  /** Commit of the checkout that made it, for a rebuild; empty when there was none. */
  readonly commit: string
  /** Raw ed25519 host keys, base64url: the one in force, and one more while it is being rotated. */
  readonly hostKeys: readonly string[]
  /** Its host key is still the one that travelled through the cloud's user_data. */
  readonly isFirstContact: boolean
  /** An old server that the operator chose to keep: not the rest of an unfinished run. */
  readonly kept: boolean
}

export type Labels = Readonly<Record<string, string>>

/** On everything made here; nothing without it is ever changed or deleted. */
export const projectLabels = (project: string): Labels => ({ project })
export const projectSelector = (project: string): string => `project=${project}`

// A label value must begin and end with a letter or digit, which base64url does not.
const sealKey = (key: string): string => `k.${key}.k`
const openKey = (value: string | undefined): string[] => (value?.startsWith('k.') ? [value.slice(2, -2)] : [])

export const serverLabels = (project: string, facts: ServerFacts): Labels => ({
  ...projectLabels(project),
  role: facts.role,
  pair: String(facts.pair),
  generation: String(facts.generation),
  ...(facts.zones && { zones: facts.zones }),
  ...(facts.commit && { commit: facts.commit }),
  ...(facts.hostKeys[0] && { 'host-key': sealKey(facts.hostKeys[0]) }),
  ...(facts.hostKeys[1] && { 'host-key-next': sealKey(facts.hostKeys[1]) }),
  ...(facts.isFirstContact && { 'first-contact': 'true' }),
  ...(facts.kept && { kept: 'true' }),
})

/** Undoes `serverLabels`; undefined when these are not the labels of a server of this project. */
export const parseServerLabels = (project: string, labels: Labels): ServerFacts | undefined => {
  const { role, pair, generation } = labels
  if (labels.project !== project || (role !== 'nameserver' && role !== 'lb')) return undefined
  if (!/^\d+$/.test(pair ?? '') || !/^\d+$/.test(generation ?? '')) return undefined
  return {
    role,
    pair: Number(pair),
    generation: Number(generation),
    zones: labels.zones ?? '',
    commit: labels.commit ?? '',
    hostKeys: [...openKey(labels['host-key']), ...openKey(labels['host-key-next'])],
    isFirstContact: labels['first-contact'] === 'true',
    kept: labels.kept === 'true',
  }
}
