#!/usr/bin/env bash
# All set-up, then the whole line on the bundled sample, then the UI on http://127.0.0.1:3000.
# Flags: --data DIR (your own pages), --profile FILE, --port N, --no-ui, --refresh, --retry-failed.
set -euo pipefail
ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
. "$ROOT/deploy/setup.sh"
# An environment that test.sh made has all that running needs.
[ -f "$ROOT/.venv/.synth_assets_stamp" ] && setup_stamp test | cmp -s - "$ROOT/.venv/.synth_assets_stamp" ||
    setup_environment ""
export SYNTH_ASSETS_HOME="${SYNTH_ASSETS_HOME:-$ROOT/.synth_assets}"
exec "$ROOT/.venv/bin/synth-assets" up "$@"
