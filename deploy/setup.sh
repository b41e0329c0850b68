# Sourced by run.sh and test.sh: makes .venv and installs from the pinned constraints.
# setup_environment EXTRA installs the package with that extra ("" for none) into ROOT/.venv.

# A run starts a process for every step: without byte code each compiles the package anew.
unset PYTHONDONTWRITEBYTECODE

find_python() {
    local name
    for name in "${PYTHON:-}" python3.13 python3.12 python3.11 python3; do
        if [ -n "$name" ] && command -v "$name" >/dev/null 2>&1 &&
            "$name" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))'; then
            echo "$name"
            return
        fi
    done
    echo "synth-assets needs Python 3.11, 3.12 or 3.13; set PYTHON to one" >&2
    return 1
}

# Everything that decides what is installed; the same stamp means nothing to do.
setup_stamp() {
    cat "$ROOT/pyproject.toml" "$ROOT/deploy/constraints.txt" "$ROOT/deploy/setup.sh"
    echo "$ROOT" "$1"
    "$ROOT/.venv/bin/python" -V 2>&1
}

# CPU builds of torch where no NVIDIA GPU answers and the installer offers them; the plain release
# otherwise.
install_torch() {
    local pip=("$ROOT/.venv/bin/python" -m pip install --quiet) wanted
    wanted=$(sed -n 's/^torch==//p' "$ROOT/deploy/constraints.txt")
    if ! { command -v nvidia-smi && nvidia-smi -L; } >/dev/null 2>&1; then
        "${pip[@]}" --constraint "$ROOT/deploy/constraints.txt" "torch==$wanted+cpu" \
            >/dev/null 2>&1 && return
    fi
    "${pip[@]}" --constraint "$ROOT/deploy/constraints.txt" "torch==$wanted"
}

setup_environment() {
    local extra=$1 stamp_file="$ROOT/.venv/.synth_assets_stamp"
    if [ ! -x "$ROOT/.venv/bin/python" ]; then
        local python
        python=$(find_python) || return 1
        "$python" -m venv "$ROOT/.venv"
    fi
    if [ -f "$stamp_file" ] && setup_stamp "$extra" | cmp -s - "$stamp_file"; then
        return
    fi
    echo "setting up .venv (once; a few minutes)"
    "$ROOT/.venv/bin/python" -m pip install --quiet --upgrade "pip>=24"
    install_torch
    "$ROOT/.venv/bin/python" -m pip install --quiet \
        --constraint "$ROOT/deploy/constraints.txt" --editable "$ROOT${extra:+[$extra]}"
    "$ROOT/.venv/bin/python" -m synth_assets.precompile
    setup_stamp "$extra" >"$stamp_file"
}
