#!/bin/sh
# dns-packet 5.6.1: a question for HTTPS, SVCB, URI or any type it has no codec for leaves as a question for type 0.
#
# One would guess: a type name that a library does not know is refused, as dig and every zone parser do; or TYPE65 works, which
#   is how RFC 3597 section 5 spells a type without a name.
# What happens: `encode` writes TYPE 0 (reserved, RFC 6895 section 3.1) for all of them, without an error. Servers answer that
#   with NODATA or FORMERR, which looks like "the name has no HTTPS record". `UNKNOWN_65`, of its own making, works.
#
# Needs Node and npm. Installs into a temporary folder, sends nothing. Ends with 1 when this has changed.
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund dns-packet@5.6.1 >/dev/null
cat >ask.mjs <<'JS'
import packet from 'dns-packet'
const typeOf = (type) => {
  const octets = packet.encode({ type: 'query', id: 1, questions: [{ type, name: 'example.test', class: 'IN' }] })
  return octets.readUInt16BE(octets.length - 4)
}
const expected = { HTTPS: 0, SVCB: 0, URI: 0, ZONEMD: 0, TYPE65: 0, UNKNOWN_65: 65, A: 1 }
console.log(`dns-packet ${process.argv[2]}`)
for (const type of Object.keys(expected)) console.log(`${type.padEnd(10)} is sent as type ${typeOf(type)}`)
process.exitCode = Object.entries(expected).every(([type, number]) => typeOf(type) === number) ? 0 : 1
JS
node ask.mjs "$(node -p 'require("dns-packet/package.json").version')"
