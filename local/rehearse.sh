#!/bin/sh
# The main job on the local twin, from nothing: images, four machines, then a blue-green replacement of both nameservers.
# Each line is a command that can be typed; extra arguments go to the deployment.
set -eu
cd "$(dirname "$0")/.."
run() {
  echo >&2
  echo "\$ npx tsx $*" >&2
  node --import tsx "$@"
}
twin="--env-file local/.state/twin.env"
run scripts/local-up.ts
# shellcheck disable=SC2086 # two words
run scripts/bake-images.ts $twin --yes --yes-delete
# shellcheck disable=SC2086
run scripts/bootstrap-infra.ts $twin --yes
# shellcheck disable=SC2086
run scripts/deploy-infra.ts $twin --yes --yes-delete "$@"
printf '\nTo remove all of it again:\n  npx tsx scripts/local-down.ts\n'
