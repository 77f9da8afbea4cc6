import type { FastWorld } from './world.ts'

/** How the world is led to its answers at one moment. */
export interface Standing {
  /** By lb: who answers through it. */
  readonly answers: Readonly<Record<string, string>>
  /** By lb: which nginx does so. */
  readonly releases: Readonly<Record<string, string>>
  /** By host: what the registrar has. */
  readonly glue: Readonly<Record<string, string>>
}

export const readStanding = async (fast: FastWorld): Promise<Standing> => {
  const answers = await fast.whoAnswers()
  const releases = Object.keys(answers).map((name) => {
    const { lb } = fast.machine(name)
    return [name, lb?.active ? lb.colours[lb.active].release : 'none'] as const
  })
  const hosts = [...fast.internet.registered().values()].flatMap((domain) => [...domain.hosts])
  return {
    answers,
    releases: Object.fromEntries(releases),
    glue: Object.fromEntries(hosts.map(([host, addresses]) => [host, addresses.join(' ')])),
  }
}

/** What an operation leads from the old to the new. */
export type Led = keyof Standing

/** Whether anything that led to the old before leads elsewhere now. */
export const hasMoved = (before: Standing, after: Standing, led: Led): boolean =>
  Object.entries(before[led]).some(([name, value]) => name in after[led] && after[led][name] !== value)

/** `ns1.1790000000` → `1790000000`, of all lbs; one when the world is of one mind. */
export const generationsIn = ({ answers }: Standing): readonly string[] => [
  ...new Set(Object.values(answers).map((nsid) => /\.(\d+)$/.exec(nsid)?.[1] ?? nsid)),
]
