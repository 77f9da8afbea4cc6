/** What one lb answers for a host name of ours. */
export interface ObservedName {
  readonly lb: string
  /** Where the lb was asked. */
  readonly at: string
  readonly host: string
  readonly addresses: readonly string[]
}

/** The addresses that belong to a host name: those of the lbs of its pair, and of the Floating IPs. */
export interface OwnAddresses {
  readonly host: string
  readonly addresses: readonly string[]
}

/**
 * Where zones give an address for a host name of ours that no machine of ours has: whoever has it is asked for our zones. One
 * sentence for each host and address, whatever the number of lbs that give it. Pure.
 */
export const findNameDrift = (names: readonly ObservedName[], ours: readonly OwnAddresses[]): readonly string[] => {
  const sentences = names.flatMap((name) => driftOf(name, ours.find(({ host }) => host === name.host)?.addresses ?? []))
  return [...new Map(sentences.map(({ key, sentence }) => [key, sentence])).values()]
}

const driftOf = ({ lb, at, host, addresses }: ObservedName, ours: readonly string[]) => {
  const where = `in its zone, as ${lb} (${at}) answers`
  if (addresses.length === 0)
    return [{ key: host, sentence: `${host} has no address ${where}: deploy-infra puts it in` }]
  return addresses
    .filter((address) => !ours.includes(address))
    .map((address) => ({
      key: `${host} ${address}`,
      sentence: `${host} is ${address} ${where}, which no lb of its pair and no Floating IP has: deploy-infra puts in what is right`,
    }))
}
