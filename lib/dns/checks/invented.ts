import { maxWireLength } from '../wire/name.ts'

const maxLabelOctets = 63
const spareLetters = [...'zyxwvutsrqponmlkjihgfedcba9876543210']

/**
 * A name that a check makes up below another: `label` in front, cut to what RFC 1035 §2.3.4 leaves room for.
 * @param parent canonical.
 * @param isTaken true for a name that will not do, since the zone has it.
 * @returns undefined where there is no room, or every name that fits is taken.
 */
export const inventName = (
  parent: string,
  label: string,
  isTaken: (name: string) => boolean = () => false,
): string | undefined => {
  const room = Math.min(maxLabelOctets, maxWireLength - (parent.length + 1) - 1)
  if (room < 1) return undefined
  return [label, ...spareLetters.map((letter) => `${letter}${label}`)]
    .map((candidate) => `${candidate.slice(0, room)}.${parent}`)
    .find((name) => !isTaken(name))
}
