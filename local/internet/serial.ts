import { Resolver } from 'node:dns/promises'

/** SOA serial of a zone as a server, or a resolver, tells it; undefined if it says nothing within half a second. */
export const findSerial = async (address: string, zone: string): Promise<number | undefined> => {
  const resolver = new Resolver({ timeout: 500, tries: 1 })
  resolver.setServers([address])
  return resolver.resolveSoa(zone).then(
    ({ serial }) => serial,
    () => undefined,
  )
}
