import { invalidInput } from './errors.ts'
import type { Labels } from './state.ts'

const word = '[a-z0-9A-Z](?:[-_.a-z0-9A-Z]{0,61}[a-z0-9A-Z])?'
const dnsLabel = '[a-z0-9A-Z](?:[-a-z0-9A-Z]{0,61}[a-z0-9A-Z])?'
/** A DNS name of at most 253 characters. */
const prefix = `(?=[^/]{1,253}/)${dnsLabel}(?:\\.${dnsLabel})*`
const key = `(?:${prefix}/)?${word}`
const value = `(?:${word})?`

const keyForm = new RegExp(`^${key}$`)
const valueForm = new RegExp(`^${value}$`)

/** What is wrong with labels: https://docs.hetzner.cloud/reference/cloud#description/labels */
export const labelFaults = (labels: Labels): readonly string[] =>
  Object.entries(labels).flatMap(([name, text]) => {
    if (!keyForm.test(name) || name.startsWith('hetzner.cloud/')) return [`invalid label key '${name}'`]
    return valueForm.test(text) ? [] : [`invalid value of label '${name}'`]
  })

type Matcher = (labels: Labels) => boolean

const equality = new RegExp(`^(${key})\\s*(==|=|!=)\\s*(${value})$`)
const membership = new RegExp(`^(${key})\\s+(in|notin)\\s*\\(\\s*(${value}(?:\\s*,\\s*${value})*)\\s*\\)$`)
const presence = new RegExp(`^(!?)\\s*(${key})$`)

const matchers: readonly (readonly [RegExp, (match: RegExpExecArray) => Matcher | undefined])[] = [
  [
    equality,
    ([, name = '', operator, wanted = '']) =>
      (labels) =>
        (labelOf(labels, name) === wanted) !== (operator === '!='),
  ],
  [
    membership,
    ([, name = '', operator, list = '']) => {
      if (list.trim() === '') return undefined
      const values = list.split(',').map((one) => one.trim())
      const isIn = (text: string | undefined): boolean => text !== undefined && values.includes(text)
      return (labels) => isIn(labelOf(labels, name)) === (operator === 'in')
    },
  ],
  [
    presence,
    ([, absent, name = '']) =>
      (labels) =>
        Object.hasOwn(labels, name) !== (absent === '!'),
  ],
]

const labelOf = (labels: Labels, name: string): string | undefined =>
  Object.hasOwn(labels, name) ? labels[name] : undefined

/** Commas inside the parentheses of a set do not part the expressions. */
const splitExpressions = (selector: string): readonly string[] =>
  selector === '' ? [] : selector.split(/,(?![^(]*\))/).map((part) => part.trim())

const matcherOf = (expression: string): Matcher => {
  for (const [form, make] of matchers) {
    const match = form.exec(expression)
    const matcher = match && make(match)
    if (matcher) return matcher
  }
  throw invalidInput('label_selector', `cannot be parsed: ${expression}`)
}

/** Selectors of firewalls are asked of every server again and again. */
const parsed = new Map<string, readonly Matcher[]>()
const parsedAtMost = 1000

const matchersOf = (selector: string): readonly Matcher[] => {
  const known = parsed.get(selector)
  if (known) return known
  const found = splitExpressions(selector).map(matcherOf)
  if (parsed.size >= parsedAtMost) parsed.clear()
  parsed.set(selector, found)
  return found
}

/** @throws ApiError 422 when it cannot be parsed; a selector that is kept must never fail later. */
export const verifySelector = (selector: string): void => void matchersOf(selector)

/**
 * Whether labels fit a selector: `k=v`, `k==v`, `k!=v`, `k`, `!k`, `k in (a,b)`, `k notin (a,b)`, joined by commas (AND). The empty
 * one is none, and fits everything. https://docs.hetzner.cloud/reference/cloud#description/label-selector
 * @throws ApiError 422 when it cannot be parsed.
 */
export const matchesSelector = (labels: Labels, selector: string): boolean =>
  matchersOf(selector).every((fits) => fits(labels))
