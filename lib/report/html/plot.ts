import { type Markish, plot, type ScaleOptions } from '@observablehq/plot'
import { raw } from 'hono/html'
import { parseHTML } from 'linkedom'

const { document } = parseHTML('<!doctype html><html></html>')

interface Drawing {
  /** What it shows, in a few words without markup. */
  readonly label: string
  /** Seconds since the run began. */
  readonly seconds: number
  readonly y: ScaleOptions
  readonly marks: readonly Markish[]
}

const [width, height] = [1000, 100]

/**
 * A picture without any text, stretched to the place that it gets: text stands beside it in HTML, where it keeps its size on a small
 * screen. Lines are as wide as the style says, however it is stretched.
 */
export const draw = ({ label, seconds, y, marks }: Drawing) => {
  const svg = plot({
    document,
    width,
    height,
    margin: 0,
    x: { domain: [0, seconds], axis: null },
    y: { axis: null, ...y },
    marks: [...marks],
  })
  for (const name of ['width', 'height', 'class', 'font-family', 'font-size', 'text-anchor']) svg.removeAttribute(name)
  svg.querySelector('style')?.remove()
  // of a group that has no role, which may not have a name (ARIA in HTML)
  for (const group of svg.querySelectorAll('g')) group.removeAttribute('aria-label')
  svg.setAttribute('preserveAspectRatio', 'none')
  svg.setAttribute('role', 'img')
  svg.setAttribute('aria-label', plain(label))
  return raw(rounded(svg.outerHTML))
}

/** linkedom leaves `&` in attributes as it is. */
const plain = (text: string): string => text.replace(/[^\w .,:–-]/g, '?')

/** A hundredth is less than can be seen. */
const rounded = (svg: string): string =>
  svg.replace(/\d+\.\d{3,}(e-\d+)?/g, (number) => String(Number(Number(number).toFixed(2))))
