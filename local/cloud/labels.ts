import { invalidInput } from './errors.ts'
import type { Labels } from './state.ts'

const keyForm =
  /^([a-z0-9A-Z]((?:[-_.]|[a-z0-9A-Z]){0,253}[a-z0-9A-Z])?\/)?[a-z0-9A-Z]((?:[-_.]|[a-z0-9A-Z]){0,61}[a-z0-9A-Z])?$/
const valueForm = /^([a-z0-9A-Z]((?:[-_.]|[a-z0-9A-Z]){0,61}[a-z0-9A-Z])?)?$/

/** @throws ApiError unless it is a map of label keys to label values. https://docs.hetzner.cloud/reference/cloud#description/labels */
export const verifyLabels = (labels: unknown): Labels => {
  if (labels === undefined || labels === null) return {}
  if (typeof labels !== 'object' || Array.isArray(labels)) throw invalidInput('labels', 'must be an object')
  for (const [key, value] of Object.entries(labels)) {
    if (!keyForm.test(key) || key.startsWith('hetzner.cloud/'))
      throw invalidInput('labels', `invalid label key '${key}'`)
    if (typeof value !== 'string' || !valueForm.test(value))
      throw invalidInput('labels', `invalid value of label '${key}'`)
  }
  return { ...labels } as Labels
}

type Matcher = (labels: Labels) => boolean

const matchers: readonly (readonly [RegExp, (match: RegExpExecArray) => Matcher])[] = [
  [
    /^(\S+?)\s+in\s+\((.*)\)$/,
    ([, key = '', list = '']) =>
      (labels) =>
        Object.hasOwn(labels, key) && valuesOf(list).includes(labels[key] ?? ''),
  ],
  [
    /^(\S+?)\s+notin\s+\((.*)\)$/,
    ([, key = '', list = '']) =>
      (labels) =>
        !Object.hasOwn(labels, key) || !valuesOf(list).includes(labels[key] ?? ''),
  ],
  [
    /^([^!=\s]+)\s*!=\s*(\S*)$/,
    ([, key = '', value = '']) =>
      (labels) =>
        labels[key] !== value,
  ],
  [
    /^([^!=\s]+)\s*={1,2}\s*(\S*)$/,
    ([, key = '', value = '']) =>
      (labels) =>
        labels[key] === value,
  ],
  [
    /^!\s*(\S+)$/,
    ([, key = '']) =>
      (labels) =>
        !Object.hasOwn(labels, key),
  ],
  [
    /^([^!=\s()]+)$/,
    ([, key = '']) =>
      (labels) =>
        Object.hasOwn(labels, key),
  ],
]

const valuesOf = (list: string): readonly string[] => list.split(',').map((value) => value.trim())

/** Commas inside the parentheses of a set do not part the expressions. */
const splitExpressions = (selector: string): readonly string[] =>
  selector
    .split(/,(?![^(]*\))/)
    .map((part) => part.trim())
    .filter((part) => part !== '')

const matcherOf = (expression: string): Matcher => {
  for (const [form, make] of matchers) {
    const match = form.exec(expression)
    if (match) return make(match)
  }
  throw invalidInput('label_selector', `cannot be parsed: ${expression}`)
}

/** @throws ApiError 422 when it cannot be parsed; a selector that is kept must never fail later. */
export const verifySelector = (selector: string): void => void splitExpressions(selector).map(matcherOf)

/** Whether labels fit a selector: `k=v`, `k==v`, `k!=v`, `k`, `!k`, `k in (a,b)`, `k notin (a,b)`, joined by commas (AND). */
export const matchesSelector = (labels: Labels, selector: string): boolean =>
  splitExpressions(selector).every((expression) => matcherOf(expression)(labels))
