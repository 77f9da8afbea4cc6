#!/bin/sh
# Node 20.20: a time limit that is combined with another signal may never fire, once memory has been tidied up.
#
# One would guess: AbortSignal.any([AbortSignal.timeout(300), other]) aborts after 300 ms, as AbortSignal.timeout(300) does; that is
#   what the two are documented for, and how a request gets both a time limit and a way to be cancelled.
# What happens: when nothing but the combined signal refers to the one with the limit, a garbage collection takes that one away, and
#   the combined signal stays as it is for ever. The plain one fires all the same. Whether it happens depends on when memory is
#   tidied up, so in practice it is seen rarely, as a request that hangs.
#
# Needs Node 20. Opens nothing, sends nothing. Ends with 1 when this has changed.
set -eu
node --version
cat <<'JS' | node --expose-gc --input-type=module -
const after = (ms) => new Promise((resolve) => setTimeout(resolve, ms))
const held = []
const listen = (signal, tell) => {
  held.push(signal)
  signal.addEventListener('abort', tell)
}
const tries = 10
let plain = 0
let combined = 0
for (let i = 0; i < tries; i++) {
  listen(AbortSignal.timeout(300), () => plain++)
  listen(AbortSignal.any([AbortSignal.timeout(300), new AbortController().signal]), () => combined++)
}
await after(20)
globalThis.gc()
await after(1500)
console.log(`of ${tries} plain limits of 300 ms ${plain} fired within 1.5 s`)
console.log(`of ${tries} limits combined by AbortSignal.any ${combined} fired`)
process.exitCode = plain === tries && combined < tries ? 0 : 1
JS
