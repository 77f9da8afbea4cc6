import type { Family, ImageKind, Phase, Role } from '../fleet/names.ts'
import type { RecordCounts } from './records.ts'
import type { ObservedChange, UnknownChange, ZoneChange } from './zone-change.ts'

export type Colour = 'blue' | 'green'

/** A server as the plan sees it. Addresses are absent on purpose: steps carry names, handlers look the rest up. */
export interface ObservedServer {
  readonly name: string
  readonly role: Role
  readonly pair: number
  readonly phase: Phase
  readonly generation: number
  readonly zones: string
  /** Commit that the generation before it was made from; empty when there was none. */
  readonly previous: string
  readonly kept: boolean
  readonly isProtected: boolean
  /** A new lb that zones which have been served name: caches may know it. */
  readonly announced: boolean
  /** A new lb that leaves again: nameservers of this generation and later do not carry its address. Undefined while it is to stay. */
  readonly abandoned: number | undefined
}

export interface ObservedLb {
  readonly name: string
  readonly pair: number
  readonly phase: Phase
  /** Why its state could not be read; undefined when it could. */
  readonly fault: string | undefined
  /** It does answer, but like the program of another version: update-lbs puts ours there. */
  readonly isForeign?: boolean
  readonly active: Colour | undefined
  /** Name of the nameserver that the active colour sends to; undefined when none, or not one of ours. */
  readonly target: string | undefined
  readonly idleRunning: boolean
  /** The idle colour is the nginx that served before an update, and still runs. */
  readonly revertible: boolean
  /** Every parent server has been seen to show glue of its successor only. */
  readonly isDraining: boolean
}

/** A Floating IP that glue of a pair points at. */
interface ObservedAddress {
  readonly name: string
  readonly pair: number
  readonly generation: number
  /** Name of the lb that it leads to. */
  readonly lb: string | undefined
}

/** The nameservers that were made together, and the zones that all of them have. */
export interface ObservedGeneration {
  readonly generation: number
  /** Their names, canonical; undefined when none of the nameservers could be asked. */
  readonly zones: readonly string[] | undefined
  /** Why they could not be asked; undefined when they could. */
  readonly fault: string | undefined
}

/** Who leads the world to the new lbs of a rotation. */
interface Publication {
  /** Where a parent server shows an address of one as glue, a sentence each. */
  readonly glue: readonly string[]
  /** Names of those whose addresses zones give for our host names. */
  readonly named: readonly string[]
}

/** What the parents say of nameservers, or of names of such, that the config does not have. */
interface Leading {
  /** Where one names such a nameserver, or gives an address of such an lb, a sentence each. */
  readonly shown: readonly string[]
  /** Who was not heard. */
  readonly silent: readonly string[]
}

/** A baked image of the project. */
export interface ObservedImage extends ImageKind {
  readonly name: string
  /** Hash of the roles that made it. */
  readonly recipe: string
  /** Unix time in seconds. */
  readonly baked: number
  /** One that is being made is none yet. */
  readonly isReady: boolean
}

/** What is so of images, and of what they are made of. */
export interface Baking {
  readonly images: readonly ObservedImage[]
  /** What the roles at hand make. */
  readonly recipes: Readonly<Record<Role, string>>
  /** The architectures of the server types that the config has. */
  readonly architectures: readonly ImageKind['architecture'][]
  /** Machines that an earlier run left in the middle. */
  readonly bakers: readonly ImageKind[]
}

export interface Observed {
  readonly servers: readonly ObservedServer[]
  readonly lbs: readonly ObservedLb[]
  /** Those that serve, did until lately, or have begun to. */
  readonly generations: readonly ObservedGeneration[]
  readonly addresses: readonly ObservedAddress[]
  readonly sshKey: boolean
  readonly network: boolean
  readonly firewalls: readonly Role[]
  /** Objects that bear a name of ours without our labels. */
  readonly strangers: readonly string[]
  /** Read for those planners only that ask for it. */
  readonly publication?: Publication
  /** The same, where there are lbs of pairs that the config does not have any more, or zones would lose a name of an lb. */
  readonly leading?: Leading
  /** The same. */
  readonly baking?: Baking
  /** From each generation that serves to what it may be replaced by; the same. */
  readonly changes?: readonly (ObservedChange | UnknownChange)[]
}

/** The glue of one host name of ours, and the lb that it shall point at. */
export interface GlueChange {
  readonly host: string
  readonly lb: string
}

/** One change of the world, or one proof. Every kind is idempotent: done twice it is as done once. */
export type Step =
  | { readonly kind: 'ensure-ssh-key' }
  | { readonly kind: 'ensure-network' }
  | { readonly kind: 'ensure-firewall'; readonly role: Role }
  | {
      readonly kind: 'create-server'
      readonly server: string
      readonly generation: number
      /** Names of baked images, one an architecture: that of the type which can be had is taken, the stock image without one. */
      readonly images?: readonly string[]
    }
  | { readonly kind: 'await-server'; readonly server: string }
  | { readonly kind: 'await-cloud-init'; readonly server: string }
  | {
      readonly kind: 'configure'
      readonly role: Role
      readonly servers: readonly string[]
      /** Whether installed packages are brought up to date, as on every new machine; those that run are not restarted. */
      readonly upgrade?: boolean
    }
  | { readonly kind: 'check-nameserver'; readonly server: string }
  | {
      readonly kind: 'stage-lb'
      readonly lb: string
      readonly nameserver: string
      /** Also when a colour sends there already, as long as that one runs an older nginx or configuration. */
      readonly refresh?: boolean
    }
  | {
      readonly kind: 'verify-lb'
      readonly lb: string
      readonly nameserver: string
      readonly port: 'preview' | 'public'
    }
  | { readonly kind: 'switch-lb'; readonly lb: string; readonly nameserver: string; readonly refresh?: boolean }
  | { readonly kind: 'identify-lb'; readonly lb: string; readonly nameserver: string }
  | { readonly kind: 'retire-lb'; readonly lb: string }
  | { readonly kind: 'revert-lb'; readonly lb: string }
  | {
      readonly kind: 'create-address'
      readonly address: string
      readonly family: Family
      readonly lb: string
      readonly generation: number
    }
  | { readonly kind: 'move-address'; readonly address: string; readonly lb: string }
  | { readonly kind: 'verify-address'; readonly address: string; readonly nameserver: string }
  | { readonly kind: 'delete-address'; readonly address: string }
  | { readonly kind: 'announce-lbs'; readonly lbs: readonly string[] }
  | { readonly kind: 'abandon-lbs'; readonly lbs: readonly string[]; readonly generation: number }
  | { readonly kind: 'measure-lb'; readonly lb: string }
  | { readonly kind: 'check-delegation'; readonly hosts: readonly GlueChange[] }
  | ({
      readonly kind: 'publish-glue'
      /** Where no domain of the host is at the registrar it is told, and left to others. */
      readonly mayBeElsewhere?: boolean
    } & GlueChange)
  | ({ readonly kind: 'await-parents' } & GlueChange)
  | { readonly kind: 'check-unsigned' }
  | { readonly kind: 'register-nameservers' }
  | { readonly kind: 'begin-drain'; readonly lbs: readonly string[] }
  | { readonly kind: 'await-caches'; readonly lbs: readonly string[] }
  | { readonly kind: 'await-idle'; readonly lbs: readonly string[] }
  | { readonly kind: 'rename-server'; readonly server: string; readonly to: string }
  | { readonly kind: 'protect-server'; readonly server: string }
  | { readonly kind: 'keep-server'; readonly server: string }
  | { readonly kind: 'delete-server'; readonly server: string }
  | ({ readonly kind: 'create-baker' } & ImageKind)
  | ({ readonly kind: 'await-baker' } & ImageKind)
  | ({ readonly kind: 'bake'; readonly recipe: string } & ImageKind)
  | ({ readonly kind: 'take-image'; readonly recipe: string; readonly baked: number } & ImageKind)
  | ({ readonly kind: 'remove-baker' } & ImageKind)
  | { readonly kind: 'delete-image'; readonly image: string }

/** Steps of one track follow each other; the tracks of a phase run side by side. */
export type Track = readonly Step[]

/** What a phase is for. Code goes by it; titles are for people only. */
export type PhaseKey =
  | 'foundation'
  | 'create-lbs'
  | 'create'
  | 'configure'
  | 'check'
  | 'stage'
  | 'switch'
  | 'retire'
  | 'rename'
  | 'keep'
  | 'remove'
  /** Removes what an earlier run left: it never served, or has not for a whole deployment. */
  | 'discard'
  /** Has lbs that nobody asks yet send to their nameservers. */
  | 'switch-on'
  /** Notes that caches may learn of these lbs from now on. */
  | 'announce'
  | 'switch-back'
  | 'protect'
  | 'register'
  | 'delegation'
  | 'glue'
  | 'parents'
  | 'drain'
  | 'move'
  | 'rename-lbs'
  | 'caches'
  | 'idle'
  | 'remove-lbs'
  /** Notes that the new lbs of a rotation are to go. */
  | 'withdraw'
  /** Removes the new lbs of a rotation that is taken back. */
  | 'abandon'
  /** Makes images, of machines that nobody asks. */
  | 'bake'
  | 'remove-images'

export interface PlanPhase {
  readonly key: PhaseKey
  readonly title: string
  readonly tracks: readonly Track[]
  /** Present when the phase destroys: what is typed to confirm, and what is lost. Asked right before the phase. */
  readonly confirm?: {
    readonly name: string
    readonly loss: string
    /** Saying no keeps what would be deleted, and the run goes on. */
    readonly mayKeep?: boolean
    /** It follows from what was asked for by name, so that who agrees to the plan agrees to it. */
    readonly withYes?: boolean
  }
  /** Asked before the phase, unless all questions are answered beforehand. Nothing is lost by it. */
  readonly ask?: string
  /** Its steps wait for the world outside, minutes or days: the run may end there and another go on. */
  readonly waits?: boolean
  /** Traffic of clients moves here: its steps are a switch and the proof of it, and an interrupt does not part them. */
  readonly movesTraffic?: boolean
}

export interface Plan {
  /** What it is called, for people and in the events. Code does not go by it. */
  readonly operation: string
  readonly generation: number
  /** No nameserver is made: the generation is but the name of the folder of its report. */
  readonly makesNothing?: true
  /** Sentences for the operator: what was found and why the plan is as it is. */
  readonly notes: readonly string[]
  /** Never empty phases; no phases means that nothing is left to do. */
  readonly phases: readonly PlanPhase[]
  /** Lbs, or Floating IPs, whose traffic an earlier run has moved already, so that no phase does. */
  readonly movedBefore?: readonly string[]
  /** Present when something of the change is dangerous for clients. */
  readonly dangers?: readonly Danger[]
  /** Present when machines let in who carries it out no more. */
  readonly lockout?: Lockout
  /** What changes for clients: present when it moves traffic to other zones, from each generation that serves. */
  readonly change?: readonly PlannedChange[]
}

/** How the zones differ from those of a generation that serves, or that this is not known. */
export type PlannedChange =
  | { readonly from: number; readonly zones: readonly PlannedZone[] }
  /** The end of a sentence. */
  | { readonly unknown: string }

export interface PlannedZone extends ZoneChange {
  readonly records: RecordCounts
}

/** Its operator cannot reach the machines any more, which is asked about. */
export interface Lockout {
  /** Where the machines see them; what is typed to agree. */
  readonly address: string
  /** Sentences that say what is lost. */
  readonly loss: string
}

/** What a plan does to the clients of a zone that may be a mistake: it has to be agreed to by the name of the zone. */
export interface Danger {
  /** `example.test`; what is typed to agree. */
  readonly zone: string
  readonly kind:
    | 'goes'
    /** Loses so many RRsets that the config wants it asked about. */
    | 'shrinks'
    /** Other NS at its own name. */
    | 'nameservers'
    /** Other MX at its own name. */
    | 'mail'
    /** A TTL is lowered to zero. */
    | 'uncached'
    /** A name becomes a delegation. */
    | 'delegates'
    /** A wildcard begins to answer for names. */
    | 'wildcard'
  /** Behind the name of the zone: `goes: generation 100 serves it, the zone files do not have it` */
  readonly fact: string
  /** What it does to clients: `who asks for it gets REFUSED`. */
  readonly effect: string
  /** It is told, and not asked about: it is so for a part of the clients already, or going back is the point. */
  readonly isAgreed: boolean
}
