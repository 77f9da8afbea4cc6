import type { Phase, Role } from '../fleet/names.ts'

export type Colour = 'blue' | 'green'

/** A server as the plan sees it. Addresses are absent on purpose: steps carry names, handlers look the rest up. */
export interface ObservedServer {
  readonly name: string
  readonly role: Role
  readonly pair: number
  readonly phase: Phase
  readonly generation: number
  readonly zones: string
  readonly kept: boolean
  readonly isProtected: boolean
}

export interface ObservedLb {
  readonly name: string
  readonly pair: number
  /** Why its state could not be read; undefined when it could. */
  readonly fault: string | undefined
  readonly active: Colour | undefined
  /** Name of the nameserver that the active colour sends to; undefined when none, or not one of ours. */
  readonly target: string | undefined
  readonly idleRunning: boolean
}

export interface Observed {
  readonly servers: readonly ObservedServer[]
  readonly lbs: readonly ObservedLb[]
  readonly sshKey: boolean
  readonly network: boolean
  readonly firewalls: readonly Role[]
  /** Objects that bear a name of ours without our labels. */
  readonly strangers: readonly string[]
}

/** One change of the world, or one proof. Every kind is idempotent: done twice it is as done once. */
export type Step =
  | { readonly kind: 'ensure-ssh-key' }
  | { readonly kind: 'ensure-network' }
  | { readonly kind: 'ensure-firewall'; readonly role: Role }
  | { readonly kind: 'create-server'; readonly server: string; readonly generation: number }
  | { readonly kind: 'await-server'; readonly server: string }
  | { readonly kind: 'configure'; readonly role: Role; readonly servers: readonly string[] }
  | { readonly kind: 'check-nameserver'; readonly server: string }
  | { readonly kind: 'stage-lb'; readonly lb: string; readonly nameserver: string }
  | {
      readonly kind: 'verify-lb'
      readonly lb: string
      readonly nameserver: string
      readonly port: 'preview' | 'public'
    }
  | { readonly kind: 'switch-lb'; readonly lb: string; readonly nameserver: string }
  | { readonly kind: 'identify-lb'; readonly lb: string; readonly nameserver: string }
  | { readonly kind: 'retire-lb'; readonly lb: string }
  | { readonly kind: 'rename-server'; readonly server: string; readonly to: string }
  | { readonly kind: 'protect-server'; readonly server: string }
  | { readonly kind: 'keep-server'; readonly server: string }
  | { readonly kind: 'delete-server'; readonly server: string }

/** Steps of one track follow each other; the tracks of a phase run side by side. */
export type Track = readonly Step[]

export interface PlanPhase {
  readonly title: string
  readonly tracks: readonly Track[]
  /** Present when the phase destroys: what is typed to confirm, and what is lost. Asked right before the phase. */
  readonly confirm?: { readonly name: string; readonly loss: string }
  /** Traffic may move here: when a step fails, the lbs are switched back to the generation that served before. */
  readonly movesTraffic?: boolean
}

export interface Plan {
  readonly operation: 'bootstrap' | 'deploy' | 'switch-back'
  readonly generation: number
  /** Sentences for the operator: what was found and why the plan is as it is. */
  readonly notes: readonly string[]
  /** Never empty phases; no phases means that nothing is left to do. */
  readonly phases: readonly PlanPhase[]
}
