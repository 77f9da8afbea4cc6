import { HcloudError } from './errors.ts'
import type { Labels } from './types.ts'

interface Labelled {
  readonly labels: Labels
}

interface Creation<T extends Labelled, R> {
  readonly create: () => Promise<R>
  readonly find: () => Promise<T | undefined>
  readonly labels: Labels | undefined
  readonly adopt: (existing: T) => Promise<R>
}

/**
 * POST is not idempotent: when an answer was lost, what was asked for may exist, and the repeated request is refused with
 * `uniqueness_error`. What has the name and exactly our labels is then taken for ours; without labels nothing is.
 */
export const createOrAdopt = async <T extends Labelled, R>(creation: Creation<T, R>): Promise<R> => {
  try {
    return await creation.create()
  } catch (error) {
    const hasLabels = Object.keys(creation.labels ?? {}).length > 0
    if (!(error instanceof HcloudError && error.maybeDone && hasLabels)) throw error
    // a failing look-up must not hide why the object was not created
    const existing = await creation.find().catch(() => undefined)
    if (existing && sameLabels(existing.labels, creation.labels)) return creation.adopt(existing)
    throw error
  }
}

const sameLabels = (actual: Labels, wanted: Labels = {}): boolean => {
  const keys = Object.keys(wanted)
  return (
    keys.length === Object.keys(actual).length &&
    keys.every((key) => Object.hasOwn(actual, key) && actual[key] === wanted[key])
  )
}

/** The same for what is found by its name and needs nothing more when it exists. */
export const createNamed = <T extends Labelled>(
  { name, labels }: { readonly name: string; readonly labels?: Labels },
  find: (name: string) => Promise<T | undefined>,
  create: () => Promise<T>,
): Promise<T> => createOrAdopt({ create, find: () => find(name), labels, adopt: async (existing) => existing })
