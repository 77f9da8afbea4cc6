import { encodeName } from '../wire/encode-name.ts'

/** The labels of a name from the root down, so that names sort as RFC 4034 §6.1 has it. */
const labelsOf = (name: string): readonly Buffer[] => {
  const wire = encodeName(name)
  const labels: Buffer[] = []
  for (let at = 0; wire[at]; at += 1 + (wire[at] ?? 0)) labels.unshift(wire.subarray(at + 1, at + 1 + (wire[at] ?? 0)))
  return labels
}

/** Both canonical. @returns below 0 when the first comes first. */
export const compareNames = (one: string, other: string): number => {
  const [ones, others] = [labelsOf(one), labelsOf(other)]
  for (const [at, label] of ones.entries()) {
    const against = others[at]
    if (!against) return 1
    const order = Buffer.compare(label, against)
    if (order !== 0) return order
  }
  return ones.length - others.length
}

/** How many labels a name has, an asterisk at its beginning not counted (RFC 4034 §3.1.3). */
export const countLabels = (name: string): number => labelsOf(name.replace(/^\*\./, '')).length
