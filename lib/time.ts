/** A time that was measured: `950 ms`, `12.3 s`, `2 min 5 s`, `1 h 5 min`. */
export const duration = (ms: number): string => {
  if (Math.round(ms) < 1000) return `${Math.round(ms)} ms`
  const tenths = Math.round(ms / 100)
  return tenths < 600 ? `${(tenths / 10).toFixed(1)} s` : describeSeconds(Math.round(ms / 1000))
}

/** A time that is to pass, or a TTL, in whole seconds: `2 d 5 h`, `2 h 13 min`, `4 min 10 s`, `45 s`. None is `0 s`, a past one too. */
export const describeRemaining = (ms: number): string => describeSeconds(Math.max(0, Math.ceil(ms / 1000)))

/**
 * A moment by the clock: `08:18:51 UTC, 2026-11-23`.
 * @param ms since the Unix epoch.
 */
export const describeMoment = (ms: number): string => {
  const [day = '', time = ''] = new Date(ms).toISOString().slice(0, 19).split('T')
  return `${time} UTC, ${day}`
}

/**
 * The same for what happens within a second: `08:18:51.204 UTC`.
 * @param ms since the Unix epoch.
 */
export const preciseTime = (ms: number): string => `${new Date(ms).toISOString().slice(11, 23)} UTC`

/** By its two largest units. */
const describeSeconds = (seconds: number): string => {
  const units = [
    ['d', Math.floor(seconds / 86_400)],
    ['h', Math.floor(seconds / 3600) % 24],
    ['min', Math.floor(seconds / 60) % 60],
    ['s', seconds % 60],
  ] as const
  const first = units.findIndex(([, count]) => count > 0)
  if (first === -1) return '0 s'
  return units
    .slice(first, first + 2)
    .filter(([, count]) => count > 0)
    .map(([unit, count]) => `${count} ${unit}`)
    .join(' ')
}

const unitsMs: Readonly<Record<string, number>> = { s: 1000, m: 60_000, min: 60_000, h: 3_600_000, d: 86_400_000 }

/** Reads `30s`, `5 min`, `1h` or `2d`, in milliseconds; `m` is minutes, as in zone files. Undefined for anything else, and for nothing. */
export const parseDuration = (text: string): number | undefined => {
  const [, count = '', unit = ''] = /^(\d{1,6}) ?(s|m|min|h|d)$/.exec(text) ?? []
  return Number(count) * (unitsMs[unit] ?? 0) || undefined
}
