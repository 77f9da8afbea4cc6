#!/bin/sh
# dns-packet 5.6.1: a name whose label holds a dot is another name after decoding and encoding it.
#
# One would guess: a label is any octets (RFC 2181 section 11), presentation escapes a dot inside one as `\.` (RFC 1035 section
#   5.1), and a message that is decoded and encoded again is the message. Its own codec for SOA's RNAME does escape.
# What happens: the owner `first\.last.example.test` (3 labels on the wire) is decoded as `first.last.example.test` and encoded
#   with 4 labels: another name. Service instance names of DNS-SD (RFC 6763) and mailbox names hold such dots.
#
# Needs Node and npm. Installs into a temporary folder, sends nothing. Ends with 1 when this has changed.
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund dns-packet@5.6.1 >/dev/null
cat >label.mjs <<'JS'
import packet from 'dns-packet'
const label = (text) => Buffer.concat([Buffer.from([text.length]), Buffer.from(text)])
const name = Buffer.concat([...['first.last', 'example', 'test'].map(label), Buffer.from([0])])
const message = Buffer.concat([Buffer.from('000100000001000000000000', 'hex'), name, Buffer.from('00010001', 'hex')])
const countLabels = (octets) => {
  let count = 0
  for (let at = 12; octets[at] > 0; at += octets[at] + 1) count++
  return count
}
const decoded = packet.decode(message)
const again = packet.encode(decoded)
console.log(`dns-packet ${process.argv[2]}`)
console.log(`decoded as ${decoded.questions[0].name}`)
console.log(`${countLabels(message)} labels before, ${countLabels(again)} after`)
process.exitCode = decoded.questions[0].name === 'first.last.example.test' && countLabels(again) === 4 ? 0 : 1
JS
node label.mjs "$(node -p 'require("dns-packet/package.json").version')"
