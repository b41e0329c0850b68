#!/usr/bin/env bash
# All set-up, then linters, types and the whole test suite. --all adds the long drills and lets
# property tests draw new examples.
# Further arguments go to pytest.
set -euo pipefail
ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
. "$ROOT/deploy/setup.sh"
setup_environment test
cd "$ROOT"
bin="$ROOT/.venv/bin"
markers=(-m "not drill")
if [ "${1:-}" = "--all" ]; then
    markers=()
    export HYPOTHESIS_PROFILE="${HYPOTHESIS_PROFILE:-drawn}"
    shift
fi
"$bin/ruff" check synth_assets synth_assets_tests deploy
"$bin/ruff" format --check synth_assets synth_assets_tests deploy
"$bin/mypy"
exec "$bin/python" -m pytest -n 2 --no-loadscope-reorder "${markers[@]}" "$@"
