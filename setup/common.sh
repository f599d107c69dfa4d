# shellcheck shell=bash What the steps of set-up share. Sourced, not run. Progress goes to standard error, so that a
# step can hand a value on by its output.

# fail MESSAGE: ends set-up with one message.
fail() {
    echo "setup: $1" >&2
    exit 1
}

# step WHAT COMMAND...: runs a command quietly, tells what is going on and how long it took; the last lines of its
# output when it fails.
step() {
    local what=$1 begun=$SECONDS log
    shift
    log=$(mktemp)
    printf '%s...' "$what" >&2
    if "$@" >"$log" 2>&1 </dev/null; then
        printf ' %d s\n' $((SECONDS - begun)) >&2
        rm -f "$log"
        return
    fi
    printf ' failed after %d s; its last lines:\n' $((SECONDS - begun)) >&2
    tail -n 20 "$log" >&2
    rm -f "$log"
    return 1
}

# can_install: may this user install Debian packages here?
can_install() { [[ $(id -u) == 0 ]] && command -v apt-get >/dev/null; }

# apt_install PACKAGE...: for `step`. Waits for another apt, and asks nothing.
apt_install() {
    export DEBIAN_FRONTEND=noninteractive
    apt-get --option DPkg::Lock::Timeout=300 update
    apt-get --option DPkg::Lock::Timeout=300 install --yes --no-install-recommends "$@"
}
