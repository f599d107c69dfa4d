#!/bin/bash
# Everything that the suite needs on this machine, in order. Safe to repeat; two at once take turns.
# Usage: setup.sh [--dev] [--no-engine]
#   --dev        also the tools of the project's own checks
#   --no-engine  the virtual environment only, no engine and no images
set -euo pipefail
cd "$(dirname "$0")/.."

requirements=(requirements.txt)
engine=yes
for argument in "$@"; do
    case $argument in
        --dev) requirements+=(requirements-dev.txt) ;;
        --no-engine) engine=no ;;
        *) echo "usage: setup.sh [--dev] [--no-engine]" >&2; exit 2 ;;
    esac
done

# The lock is on this folder, so that it leaves no file; --close, so that an engine started here does not keep it.
if [[ -z ${SETUP_HOLDS_LOCK:-} ]] && command -v flock >/dev/null; then
    exec flock --close setup env SETUP_HOLDS_LOCK=yes setup/setup.sh "$@"
fi

setup/environment.sh "${requirements[@]}"
[[ $engine == yes ]] || exit 0
setup/engine.sh
.venv/bin/python setup/base_image.py
for folder in fixtures/platform/images/certificates tests/detection/nest/certificates; do
    .venv/bin/python setup/certificates.py "$folder"
done
exec .venv/bin/python -m readiness images
