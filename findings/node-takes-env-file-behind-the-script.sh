#!/bin/sh
# Node 20.20 and tsx 4.23.15: an option of one's own script that is called --env-file belongs to Node, wherever it stands.
#
# One would guess: what stands behind the name of the script is the script's ("node [options] [script.js] [arguments]").
# What happens: Node looks for --env-file in the whole command line before anything else. A file that is missing ends it with
#   exit status 9 and `node: …: not found` before the script's first line, so that the script cannot say what it is for; a file
#   that exists is *not* loaded. Behind `--` it is left alone. So through tsx, which starts node.
#
# Needs Node 20 and npm. Installs into a temporary folder. Ends with 1 when this has changed.
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund tsx@4.23.15 >/dev/null
echo 'console.log(`the script runs; SETTING is ${process.env.SETTING}`)' >script.mjs
echo 'SETTING=from-the-file' >there.env
echo "node $(node --version)"
code=0
said=$(node script.mjs --env-file missing.env 2>&1) || code=$?
echo "missing file:           exit $code: $said"
by_tsx=0
npx --no-install tsx script.mjs --env-file missing.env >/dev/null 2>&1 || by_tsx=$?
echo "missing file, by tsx:   exit $by_tsx"
present=$(node script.mjs --env-file there.env)
echo "file that exists:       $present"
behind=$(node script.mjs -- --env-file missing.env)
echo "missing file behind --: $behind"
[ "$code" -eq 9 ] && [ "$by_tsx" -eq 9 ] && [ "$present" = 'the script runs; SETTING is undefined' ] &&
  [ "$behind" = 'the script runs; SETTING is undefined' ]
