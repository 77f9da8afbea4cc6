import { z } from 'zod'
import { isPrivateNetwork, parseNetwork } from '../ip.ts'
import { registrarKinds } from '../registrar/rows.ts'

/** In the one spelling that the cloud gives back too, so that equal networks are equal texts. */
const network = z.string().transform((text, context) => {
  const found = parseNetwork(text)
  if (found && !found.hasHostBits) return found.text
  const message = found
    ? `is an address inside a network: write ${found.text}`
    : 'must be a network such as 198.18.0.0/24 or 2001:db8::/32'
  context.addIssue({ code: 'custom', message })
  return z.NEVER
})

const isPrivate = (text: string): boolean => {
  const found = parseNetwork(text)
  return found !== undefined && isPrivateNetwork(found)
}

const each = <T>(items: readonly T[]): readonly T[] => [...new Set(items)]

const name = (what: string) =>
  z.string().regex(/^[a-z]([a-z0-9-]{0,30}[a-z0-9])?$/, {
    error: `must be ${what}: lower-case letters, digits and hyphens, at most 32, beginning with a letter`,
  })

const hostname = z.string().regex(/^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9-]{2,63}$/, {
  error: 'must be the full host name of the nameserver, lower case, without a final dot, such as ns1.example.test',
})

const serverTypes = z
  .array(z.string().min(1))
  .min(1, { error: 'must name at least one server type; the first that can be ordered is taken' })

const pair = z.strictObject({
  /** Hetzner location of both machines of the pair, such as `fsn1`. All pairs share one network zone. */
  location: z.string().min(1),
  /** The name that the parent zone delegates to; its glue is the address of this pair's lb. */
  hostname,
  /** Names that it had before, which parents or caches may still know: zones keep its addresses under them. */
  formerHostnames: z.array(hostname).default([]).transform(each),
  /** In order of preference; the next is tried when one cannot be ordered. */
  serverTypes,
})

const haveNamesOfTheirOwn = (pairs: readonly z.infer<typeof pair>[]): boolean => {
  const names = pairs.flatMap(({ hostname, formerHostnames }) => [hostname, ...formerHostnames])
  return new Set(names).size === names.length
}

export const configSchema = z.strictObject({
  /** Labels everything made here; asked for before everything is destroyed. */
  project: name('a project name'),
  pairs: z
    .array(pair)
    .min(1, { error: 'must name at least one pair' })
    .max(20, { error: 'at most 20 pairs fit into one network' })
    .refine(haveNamesOfTheirOwn, { error: 'two pairs have the same hostname, or one had it before' }),
  /** Image of every server; the roles are written for Debian 12. */
  image: z.string().min(1),
  /** Private network of all servers (RFC 1918), of at least 256 addresses, as the cloud wants it. */
  networkRange: network
    .refine((text) => isPrivate(text), {
      error: 'must be a private IPv4 network (RFC 1918) such as 10.0.0.0/16',
    })
    .refine((text) => (parseNetwork(text)?.length ?? 0) <= 24, {
      error: 'must have at least 256 addresses, such as 10.0.0.0/24',
    }),
  /** Who may use SSH, the lbs' preview ports, and ask the nameservers directly. Must contain where the scripts run. */
  operatorNetworks: z
    .array(network)
    .min(1, { error: 'must hold the network you work from, or nobody can reach the servers' })
    .refine((networks) => networks.length === 0 || networks.some((text) => parseNetwork(text)?.family === 4), {
      error: 'must hold an IPv4 network that you work from: the scripts reach the servers by IPv4',
    })
    .transform(each),
  /** Public half of the key that the scripts use for SSH; `INFRA_SSH_KEY` overrides it. */
  sshKey: z.string().regex(/\.pub$/, { error: 'must be the path of a public key, ending in .pub' }),
  /** Folder of the zone files, one `NAME.zone` a zone. */
  zonesFolder: z.string().min(1),
  /**
   * What glue points at: the lbs' own addresses, or Floating IPs, which a rotation moves from one lb to another in seconds.
   * Changed later, the next rotate-lbs leads from the one to the other.
   */
  addresses: z.enum(['server', 'floating']).default('server'),
  /** Who sets the glue of your domains: a registrar with an API, or `manual`, a person who is told what to enter. */
  registrar: z.enum(registrarKinds).default('manual'),
  rotation: z
    .strictObject({
      /** Added to the longest TTL before an lb is removed, in seconds; at least a tenth of that TTL is added anyway. */
      slackSeconds: z.int().min(0).default(3600),
      /** How long an lb must hardly be asked before it is removed, in seconds. */
      idleSeconds: z.int().min(1).default(3600),
    })
    .prefault({}),
  /** Signs the zones that have a key there (sign-zones makes it); left out, none is. */
  dnssec: z
    .strictObject({
      /** Folder of the keys, outside of `zonesFolder`. */
      keys: z.string().min(1),
      /** To whom private halves are encrypted: public keys, or files that hold one a line. Default: `sshKey` alone. */
      recipients: z.array(z.string().min(1)).min(1, { error: 'must name who may sign' }).optional(),
      /** How long signatures hold, in days: deploy again before they end, or the zones are dead. */
      validityDays: z
        .int()
        .min(7)
        .max(179, { error: 'must be at most 179: longer ones are of use to whoever replays old answers' })
        .default(60),
      /** How long caches hold the keys that `sign-zones` makes from now on, in seconds: a change of keys waits for it twice. */
      keyTtlSeconds: z.int().min(1).max(86_400).default(3600),
      /** How it is proven that something is not there. `nsec` lets anybody list a zone. */
      denial: z.enum(['nsec3', 'nsec']).default('nsec3'),
    })
    .optional(),
  /** From where on so much of a zone goes by a deployment that the zone's name has to be typed: both have to be exceeded. */
  guards: z
    .strictObject({
      /** The share of its RRsets that go, from 0 to 1. */
      lostShare: z.number().min(0).max(1).default(0.3),
      /** How many RRsets go. */
      lostRrsets: z.int().min(0).default(5),
    })
    .prefault({}),
  images: z
    .strictObject({
      /** A baked image that is older is not taken any more; 0 for the stock image always. */
      maxAgeDays: z.int().min(0).max(365).default(7),
    })
    .prefault({}),
  witness: z.strictObject({
    /** Questions that the witness asks each address of each lb while an operation runs. */
    queriesPerSecond: z.int().min(1).max(5000),
  }),
})

/** What `infra.config.ts` holds. */
export type InfraConfig = z.input<typeof configSchema>
export type Config = z.output<typeof configSchema>
