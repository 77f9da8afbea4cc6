import { type CheckId, checkIds, checkTexts } from '../dns/checks/check.ts'
import { explanations } from '../dns/checks/explain.ts'
import { fold, foldCommand } from './fold.ts'

const label = (name: string): string => name.padEnd(6)

/** What one check is about, for a person: what, why, where it is written, what to do, and what to type. */
export const describeExplanation = (id: CheckId, width: number): string => {
  const { what, why, dig, remark } = explanations[id]
  const { reference, hint } = checkTexts[id]
  return [
    fold(`${id}: ${what}`, width),
    fold(why, width, label('why')),
    ...(reference === undefined ? [] : [fold(reference, width, label('see'))]),
    fold(hint, width, label('do')),
    foldCommand(dig, width, label('try')),
    ...(remark === undefined ? [] : [fold(remark, width, label(''))]),
  ].join('\n')
}

/** All checks, a line each. */
export const listExplanations = (width: number): string => {
  const longest = Math.max(...checkIds.map(({ length }) => length)) + 2
  return checkIds.map((id) => fold(explanations[id].what, width, id.padEnd(longest))).join('\n')
}
