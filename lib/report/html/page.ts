import { html, raw } from 'hono/html'
import type { RunRecord } from '../run-record.ts'
import { origin, plan, targets } from './facts.ts'
import { incidents } from './incidents.ts'
import { latency } from './latency.ts'
import { steps } from './steps.ts'
import { strips } from './strips.ts'
import { style } from './style.ts'
import { verdict } from './verdict.ts'
import { viewOf } from './view.ts'
import { zones } from './zones.ts'

/**
 * The page of a run, whole in itself: it runs nothing and fetches nothing, which its policy (CSP Level 3, as `meta`) makes sure of.
 * What zone files, servers and errors say is text in it and never markup. Pure.
 */
export const reportPage = async (record: RunRecord): Promise<string> => {
  const view = viewOf(record)
  const { witness } = view
  return String(
    await html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${record.operation} ${record.generation}: ${record.outcome.meaning}</title>
<style>${raw(style)}</style>
</head>
<body>
<main>
${verdict(view)}
${steps(view)}
${witness ? [strips(view, witness), latency(view, witness), incidents(view, witness), targets(view, witness)] : ''}
${zones(view)}
${plan(view)}
${origin(view)}
</main>
</body>
</html>
`,
  )
}
