import { html } from 'hono/html'

/** Seconds between labels that people read easily. */
const paces = [
  0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14_400, 28_800, 43_200, 86_400,
]
/** As many as fit on a small screen. */
const mostLabels = 5

/** Where labels of time stand, in seconds since the run began. Pure. */
const timeTicks = (seconds: number): readonly number[] => {
  const pace = paces.find((one) => seconds / one <= mostLabels) ?? Math.ceil(seconds / mostLabels / 86_400) * 86_400
  // one at the very end would stand out of the picture
  return Array.from({ length: Math.floor((seconds * 0.95) / pace) + 1 }, (_, index) =>
    Number((index * pace).toFixed(1)),
  )
}

/** `0`, `2.5 s`, `1:30 min`, `2:05 h`, `3 d`. */
const describeTick = (seconds: number): string => {
  if (seconds === 0) return '0'
  if (seconds < 60) return `${seconds} s`
  if (seconds < 3600) return `${Math.floor(seconds / 60)}:${twoDigits(seconds % 60)} min`
  if (seconds < 86_400) return `${Math.floor(seconds / 3600)}:${twoDigits((seconds % 3600) / 60)} h`
  return `${Number((seconds / 86_400).toFixed(1))} d`
}

const twoDigits = (count: number): string => String(Math.floor(count)).padStart(2, '0')

/** How far along the run a moment is, as CSS has it. Pure. */
export const percent = (at: number, seconds: number): string =>
  `${Number((Math.min(1, Math.max(0, at / seconds)) * 100).toFixed(2))}%`

/** Labels of time below pictures. */
export const timeAxis = (seconds: number) =>
  html`<div class="time-axis" aria-hidden="true">${timeTicks(seconds).map(
    (tick) => html`<span style="left:${percent(tick, seconds)}">${describeTick(tick)}</span>`,
  )}</div>`
