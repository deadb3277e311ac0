# Sourced by the scripts here: a server, which is $binary, in a temporary directory, and how to get rid of both.
# shellcheck shell=bash

die() {
    printf 'error: %s\n' "$*" >&2
    [[ ! -s ${work:-}/server.log ]] || tail -n 50 "$work/server.log" >&2
    exit 1
}
ok() { printf 'ok: %s\n' "$*"; }
skip() { printf 'skipped: %s\n' "$*"; exit 0; }

# make_work: the temporary directory $work. It goes, and the server with it, however the script ends.
make_work() {
    work=$(mktemp -d)
    server=
    trap 'stop_server; rm -rf "$work"' EXIT
    trap 'exit 130' INT TERM
}

# start_server [ARGUMENT…]: the server in $server, its port in $port, its authority in $work/tls. Clients and tests
# get only what is exported here or after it: no setting of the caller's may help or hinder them.
start_server() {
    local line name tries
    while read -r name; do
        unset "$name"
    done < <(compgen -e | grep -iE '^(BC_|BCMOCK_|BIGCOMMERCE_|PORT$|(https?|all|no)_proxy$|REQUESTS_|CURL_CA|SSL_CERT|NODE_)')
    : >"$work/server.out"
    env -i "$binary" --host 127.0.0.1 --port 0 --seed none --tls-dir "$work/tls" --password-hashing fast "$@" \
        >"$work/server.out" 2>"$work/server.log" </dev/null &
    server=$!
    port=
    for ((tries = 0; tries < 200; tries++)); do
        # Only a whole line: the port must not be read half-written.
        if IFS= read -r line <"$work/server.out" && [[ $line =~ ^'listening on http://127.0.0.1:'([0-9]+)$ ]]; then
            port=${BASH_REMATCH[1]}
            # Where the tests themselves make stores; no client reads it.
            export BIGCOMMERCE_URL=http://127.0.0.1:$port
            return
        fi
        kill -0 "$server" 2>/dev/null || break
        sleep 0.05
    done
    die 'the server does not start'
}

# check CLIENT PROGRAM…: runs the program with what `env` says for the client set, and nothing else. A failure is kept in
# $failed, so that the next client gets its turn.
failed=0
check() {
    local client=$1 lines
    shift
    lines=$("$binary" env "$client" --port "$port" --tls-dir "$work/tls") || die "env $client fails"
    if (eval "$lines" && timeout 120 "$@"); then
        ok "$client"
    else
        printf 'failed: %s\n' "$client"
        failed=1
    fi
}

stop_server() {
    [[ -n ${server:-} ]] || return 0
    kill "$server" 2>/dev/null || true
    wait "$server" 2>/dev/null || true
    server=
}
