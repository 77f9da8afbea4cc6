import { z } from 'zod'

/** A request fails, hangs, is late, or is answered after it has taken effect. `path` is matched from its beginning, without `/v1`. */
const requestFault = z.strictObject({
  method: z.string().optional(),
  path: z.string().optional(),
  times: z.int().min(1).default(1),
  status: z.int().min(400).max(599).optional(),
  code: z.string().optional(),
  message: z.string().optional(),
  /** Do it, then answer with the error. */
  afterEffect: z.boolean().optional(),
  /** Do it, then end the connection without an answer. */
  dropAfter: z.boolean().optional(),
  /** Never answer. */
  hang: z.boolean().optional(),
  delayMs: z.int().min(1).optional(),
  /** Of a 429: when the limit is said to be free again. */
  resetSeconds: z.int().min(0).optional(),
})

/** The next action of this command fails, or takes longer. */
const actionFault = z.strictObject({
  action: z.string(),
  times: z.int().min(1).default(1),
  error: z.strictObject({ code: z.string(), message: z.string() }).optional(),
  /** How many times as long. */
  slower: z.number().min(1).optional(),
})

/** Until it is cleared, this type cannot be ordered in this location. */
const shortage = z.strictObject({ unavailable: z.strictObject({ serverType: z.string(), location: z.string() }) })

const fault = z.union([actionFault, shortage, requestFault])

export type RequestFault = z.output<typeof requestFault>
type ActionFault = z.output<typeof actionFault>
type Fault = z.output<typeof fault>

export interface Faults {
  /** @throws ZodError for a fault that is none of ours. */
  add(input: unknown): void
  clear(): void
  list(): readonly Fault[]
  takeRequest(method: string, path: string): RequestFault | undefined
  takeAction(command: string): ActionFault | undefined
  isSoldOut(serverType: string, location: string): boolean
}

/** Misbehaviour on demand, for rehearsals and tests: what a real cloud does on a bad day. */
export const createFaults = (): Faults => {
  let faults: Fault[] = []
  const take = <T extends Fault>(fits: (one: Fault) => one is T): T | undefined => {
    const found = faults.find(fits)
    if (!found || !('times' in found)) return found
    found.times -= 1
    if (found.times === 0) faults = faults.filter((one) => one !== found)
    return found
  }
  const isRequest = (one: Fault): one is RequestFault => !('action' in one) && !('unavailable' in one)
  return {
    add: (input) => {
      faults.push(fault.parse(input))
    },
    clear: () => {
      faults = []
    },
    list: () => faults,
    takeRequest: (method, path) =>
      take(
        (one): one is RequestFault =>
          isRequest(one) && (one.method ?? method) === method && path.startsWith(one.path ?? ''),
      ),
    takeAction: (command) => take((one): one is ActionFault => 'action' in one && one.action === command),
    isSoldOut: (serverType, location) =>
      faults.some(
        (one) =>
          'unavailable' in one && one.unavailable.serverType === serverType && one.unavailable.location === location,
      ),
  }
}
