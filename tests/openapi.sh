#!/usr/bin/env bash
# Has the OpenAPI documents judged by an independent validator, and the program's answers by the documents.
# Usage: tests/openapi.sh [BINARY]   Without one it builds a debug binary.
# Needs Python 3.10 or newer; its packages go into a virtual environment below the target directory.
# SEED=n makes up other requests, EXAMPLES=n more of them.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
exec </dev/null

step() { printf '\n==> %s\n' "$*"; }

target=$(realpath -m "${CARGO_TARGET_DIR:-target}")
if [[ $# -gt 0 ]]; then
    binary=$(realpath "$1")
else
    cargo build --locked
    binary=$target/debug/bigcommerce-mock
fi

step 'Tools'
venv=$target/openapi-venv
if ! cmp -s tests/openapi/requirements.txt "$venv/installed"; then
    rm -rf "$venv"
    python3 -m venv "$venv"
    "$venv/bin/pip" install --quiet --disable-pip-version-check --requirement tests/openapi/requirements.txt
    cp tests/openapi/requirements.txt "$venv/installed"
fi
"$venv/bin/schemathesis" --version

work=$(mktemp -d)
pid=
cleanup() {
    if [[ -n $pid ]]; then
        kill "$pid" 2>/dev/null || true
        wait "$pid" 2>/dev/null || true
    fi
    rm -rf "$work"
}
trap cleanup EXIT
trap 'exit 130' INT TERM

# A fresh server, so that what one run deleted is there for the next.
serve() {
    if [[ -n $pid ]]; then
        kill "$pid"
        wait "$pid" || true
    fi
    # The address of the one before.
    : >"$work/out"
    env -i "$binary" --port 0 --seed tests/openapi/stores.yaml --default-store checked --password-hashing fast \
        >"$work/out" 2>"$work/err" &
    pid=$!
    for _ in $(seq 100); do
        url=$(sed -n 's/^listening on //p' "$work/out")
        [[ -z $url ]] || return 0
        sleep 0.1
    done
    cat "$work/err" >&2
    return 1
}

# check VERSION MOUNT [MORE...]: asks what the document of a version tells of, below a mount.
check() {
    local version=$1 mount=$2
    shift 2
    SCHEMATHESIS_HOOKS=tests.openapi.hooks PYTHONPATH=. "$venv/bin/schemathesis" \
        --config-file "tests/openapi/$version.toml" run "$work/$version.json" --url "$url$mount" \
        --max-examples "${EXAMPLES:-40}" --seed "${SEED:-1}" --generation-database none --no-shrink --no-color \
        --continue-on-failure "$@"
}

for version in v2 v3; do
    step "The document of $version"
    "$binary" openapi "$version" >"$work/$version.json"
    "$venv/bin/openapi-spec-validator" "$work/$version.json"
    # What is checked below: the document as it is served, and no key that it does not tell of.
    serve
    "$venv/bin/python" tests/openapi/tighten.py "$url/_mock/openapi.json?version=$version" >"$work/$version.json"
    "$venv/bin/openapi-spec-validator" "$work/$version.json"
done

# What would leave nothing to ask for comes last.
emptying=(deleteCustomers deleteGroups)

step 'V2 with a token'
serve
check v2 /stores/checked/v2 "${emptying[@]/#/--exclude-operation-id=}"
check v2 /stores/checked/v2 "${emptying[@]/#/--include-operation-id=}" --phases examples,coverage,fuzzing

step 'V3'
serve
check v3 /stores/checked/v3

# A defect that no answer shows.
if grep -E ' (ERROR|panicked)' "$work/err"; then
    exit 1
fi
step 'All passed'
