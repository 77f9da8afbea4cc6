import path from 'node:path'
import type { InternetLayout } from '../layout.ts'
import { startBindResolver } from './bind-resolver.ts'
import type { Child } from './child.ts'
import type { ZoneKey } from './keys.ts'
import type { ResolverOptions } from './resolver.ts'
import { startUnbound } from './unbound.ts'

interface Resolver {
  readonly ipv4: string
  start(): Promise<Child>
}

/** Every resolver, after the one that it asks. @param directory of the little internet */
export const resolversOf = (directory: string, internet: InternetLayout, rootKey: ZoneKey): readonly Resolver[] => {
  const { resolver, bindResolver, behindResolver, plainResolver } = internet
  const optionsOf = (name: string, address: ResolverOptions['address']): ResolverOptions => ({
    directory: path.join(directory, name),
    address,
    servers: internet,
    rootKey,
  })
  const plain = { ...optionsOf('plain-resolver', plainResolver), isValidating: false }
  const validating = { ...optionsOf('resolver', resolver), isValidating: true }
  const bind = optionsOf('bind-resolver', bindResolver)
  const behind = { ...optionsOf('behind-resolver', behindResolver), isValidating: true, behind: plainResolver.ipv4 }
  return [
    { ipv4: plainResolver.ipv4, start: () => startUnbound(plain) },
    { ipv4: resolver.ipv4, start: () => startUnbound(validating) },
    { ipv4: bindResolver.ipv4, start: () => startBindResolver(bind) },
    { ipv4: behindResolver.ipv4, start: () => startUnbound(behind) },
  ]
}
