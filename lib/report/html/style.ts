/** Marks stand out from their ground by 3:1 at least, and so does the second generation from the first (WCAG 2.2, 1.4.11). */
const light = `
  --ground: #ffffff; --text: #16191d; --soft: #4d5661; --grid: #d5dae0; --track: #eceff2;
  --good: #136c38; --bad: #b3161b; --fault: #d11f26; --phase: #4d5661; --step: #6b7682; --move: #a21caf; --latency: #2563b8;
  --generation-0: #1a3570; --generation-1: #cc6d00; --generation-2: #0f766e; --generation-3: #a21caf; --generation-other: #6b7682;
`

const dark = `
  --ground: #14171a; --text: #e8ebee; --soft: #aab3bd; --grid: #394149; --track: #22272c;
  --good: #5fd08b; --bad: #ff8f8a; --fault: #ff5c5c; --phase: #aab3bd; --step: #8a95a1; --move: #e879f9; --latency: #6ea8ff;
  --generation-0: #3d6fd6; --generation-1: #fcd34d; --generation-2: #5eead4; --generation-3: #e879f9; --generation-other: #8a95a1;
`

/** Every colour is a variable, so that pictures follow the theme; paper is light. */
export const style = `
:root { color-scheme: light dark; ${light} }
@media screen and (prefers-color-scheme: dark) { :root { ${dark} } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--ground); color: var(--text); font: 16px/1.5 system-ui, sans-serif; }
main { max-width: 70rem; margin: 0 auto; padding: 1rem; overflow-wrap: anywhere; }
h1 { margin: 0; font-size: 1.75rem; line-height: 1.2; }
h2 { margin: 2rem 0 .5rem; font-size: 1.2rem; }
p { margin: .25rem 0; }
small, figcaption, .kind, dt, .time-axis, .value-axis { color: var(--soft); font-size: .875rem; }
ol, ul { margin: .25rem 0; padding-left: 1.25rem; }
.good { color: var(--good); } .bad, .bad dt { color: var(--bad); }
.figures { display: flex; flex-wrap: wrap; gap: .5rem 2rem; margin: 1rem 0; }
.figures dd { margin: 0; font-size: 1.5rem; line-height: 1.2; font-variant-numeric: tabular-nums; }
pre { margin: .25rem 0; padding: .5rem; background: var(--track); white-space: pre-wrap; font-size: .875rem; }
.error { border-left: 4px solid var(--fault); max-height: 20rem; overflow: auto; }
.phases, .phases ol { list-style: none; padding: 0; }
.phases ol { padding-left: .75rem; }
.row { display: grid; grid-template-columns: 1fr auto; gap: .125rem 1rem; margin-top: .75rem; font-size: .9375rem; line-height: 1.3; }
.row > :nth-child(2) { font-variant-numeric: tabular-nums; text-align: right; }
.track { position: relative; grid-column: 1 / -1; height: .5rem; background: var(--track); }
.phases ol .track { margin-left: -.75rem; }
.track i { position: absolute; left: min(var(--from), 100% - 3px); top: 0; bottom: 0; min-width: 3px; }
.track u { position: absolute; left: min(var(--from), 100% - 2px); top: 0; bottom: 0; border-left: 2px dashed var(--text); }
i.phase { background: var(--phase); } i.step { background: var(--step); } i.move { background: var(--move); } i.fault { background: var(--fault); }
@media (min-width: 60rem) {
  .row { grid-template-columns: 26rem 6rem 1fr; align-items: center; margin-top: .25rem; }
  .phases ol .row { grid-template-columns: 25.25rem 6rem 1fr; }
  .row .track, .phases ol .track { grid-column: 3; height: 1rem; margin: 0; }
  .steps .time-axis { margin-left: 34rem; }
}
.time-axis { position: relative; height: 1.5rem; border-top: 1px solid var(--grid); }
.time-axis span { position: absolute; top: 0; transform: translateX(-50%); white-space: nowrap; }
.time-axis span:first-child { transform: none; }
figure { margin: .75rem 0; }
svg { display: block; width: 100%; height: 2.25rem; overflow: visible; background: var(--track); }
svg * { vector-effect: non-scaling-stroke; }
.latency svg { height: 6rem; background: none; border-bottom: 1px solid var(--grid); }
.scaled { position: relative; margin-top: .625rem; }
.scaled, .paced .time-axis { margin-left: 4rem; }
.value-axis span { position: absolute; right: 100%; padding-right: .5rem; transform: translateY(-50%); line-height: 1; white-space: nowrap; }
.who { display: inline-block; margin-left: .75rem; color: var(--text); }
.who i { display: inline-block; width: .75em; height: .75em; margin-right: .25em; }
.moved { display: inline-block; margin-left: .75rem; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; min-width: 48rem; font-size: .9375rem; }
th, td { padding: .25rem .75rem .25rem 0; border-bottom: 1px solid var(--grid); text-align: left; vertical-align: top; }
.figure { font-variant-numeric: tabular-nums; }
.figure, .name { white-space: nowrap; }
.records { list-style: none; padding: 0; font: .875rem/1.5 ui-monospace, monospace; }
.records ins, .records del { display: block; text-decoration: none; padding-left: 1.5em; text-indent: -1.5em; }
.sign { display: inline-block; width: 1.5em; text-indent: 0; font-weight: bold; }
ins .sign { color: var(--good); } del .sign { color: var(--bad); }
.danger { font-weight: bold; }
:focus-visible { outline: 3px solid var(--latency); outline-offset: 2px; }
footer { margin-top: 2rem; border-top: 1px solid var(--grid); padding-top: .5rem; }
footer dl { display: flex; flex-wrap: wrap; gap: .25rem 2rem; margin: 0; }
footer dd { margin: 0; }
.track, .track i, .who i, svg { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
@media print {
  :root { color-scheme: light; --text: #000000; --soft: #333333; }
  main { max-width: none; padding: 0; }
  figure, .row, tr { break-inside: avoid; }
  h2 { break-after: avoid; }
  .wide, .error { overflow: visible; max-height: none; }
  table { min-width: 0; }
  .name { white-space: normal; }
  details::details-content { content-visibility: visible; }
}
`
