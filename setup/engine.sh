#!/bin/bash
# A container engine that answers. One that answers already is left exactly as it is. Docker that is installed but not
# running is started; only where there is none is it installed first.
set -euo pipefail
cd "$(dirname "$0")/.."
source setup/common.sh

pid_file=/var/run/docker.pid
own_log=/var/log/dockerd.log
answers_within_s=60
needed="an engine that speaks Docker's API (Docker Engine 20.10 or newer): start one, or point DOCKER_HOST to one"

find_engine() { .venv/bin/python setup/find_engine.py; }

# alive PID: is it a daemon that runs? A pid file may be left from long ago, and its number be another process by now.
alive() { [[ -n $1 && $(cat "/proc/$1/comm" 2>/dev/null) == dockerd ]]; }

# wait_for_engine: until it answers, with the daemon's process id from the pid file or, where we started it, from
# `daemon`. A daemon that has gone, or that has not appeared after two seconds, ends the wait at once.
wait_for_engine() {
    local pid seen="" begun=$SECONDS
    while ((SECONDS - begun < answers_within_s)); do
        find_engine >/dev/null 2>&1 && return
        pid=${daemon:-$(cat "$pid_file" 2>/dev/null || true)}
        if alive "$pid"; then
            seen=yes
        elif [[ -n $seen ]] || ((SECONDS - begun >= 2)); then
            return 1
        fi
        sleep 0.2
    done
    return 1
}

# Without an init system that does it: on its own, in a session of its own, so that it outlives this script and its
# terminal.
start_by_hand() {
    local daemon
    alive "$(cat "$pid_file" 2>/dev/null)" && return 1
    setsid dockerd >>"$own_log" 2>&1 </dev/null &
    daemon=$!
    wait_for_engine
}

start_engine() {
    if [[ -d /run/systemd/system ]]; then
        systemctl start docker && wait_for_engine
    else
        { [[ -x /etc/init.d/docker ]] && service docker start && wait_for_engine; } || start_by_hand
    fi
}

# What the daemon said last, from wherever it was started.
last_words() {
    if [[ -d /run/systemd/system ]]; then
        journalctl --unit docker --lines 10 --no-pager --output cat
    else
        tail -n 10 "$own_log"
    fi >&2 2>/dev/null || true
}

status=0
reason=$(find_engine 2>&1 >/dev/null) || status=$?
case $status in
    0) exit 0 ;;
    1) ;;
    *) fail "$reason" ;;
esac

[[ $(uname -s) == Linux ]] || fail "$reason. Needed: $needed"
[[ $(id -u) == 0 ]] || fail "$reason. Needed: $needed. As root, set-up would install and start Docker by itself"
# Two checkouts set up at once install and start one engine; --close, so that the daemon does not keep the lock.
if [[ -z ${ENGINE_HOLDS_LOCK:-} ]] && command -v flock >/dev/null; then
    exec flock --close /run env ENGINE_HOLDS_LOCK=yes setup/engine.sh
fi
if ! command -v dockerd >/dev/null; then
    can_install || fail "$reason. Needed: $needed. Set-up can install one by apt only"
    step "installing the engine (apt)" apt_install docker.io iptables || fail "the engine could not be installed"
fi
# A package may have started it.
find_engine >/dev/null 2>&1 || step "starting the engine" start_engine || {
    last_words
    fail "the engine does not start; its last words are above. Usually this is a container without the privileges for it"
}
