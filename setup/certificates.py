"""Give the image builds the host's extra certificate authorities.

Behind a proxy that opens TLS, pip and Maven fail inside an image build, because only the host knows the proxy's
authority. The builds copy `*.crt` from one folder (git-ignored) and make them known; this script keeps that folder
equal to the authorities that the host trusts and Debian's `ca-certificates` package does not ship. On an ordinary
machine there are none, and the folder holds its README only.

Usage: python certificates.py FOLDER
"""

import hashlib
import os
import re
import ssl
import sys
from collections.abc import Iterable
from pathlib import Path

# Where Debian's package installs what it ships.
PACKAGED = Path("/usr/share/ca-certificates")
# Where an administrator puts authorities of their own, on Debian and Ubuntu.
LOCAL = Path("/usr/local/share/ca-certificates")
CERTIFICATE = re.compile(r"-----BEGIN CERTIFICATE-----.+?-----END CERTIFICATE-----", re.DOTALL)


def authorities(files: Iterable[Path]) -> dict[str, str]:
    """Every certificate in the PEM files that can be read, by the SHA-256 of its DER form."""
    found = {}
    for file in files:
        try:
            text = file.read_text(encoding="ascii", errors="ignore")
        except OSError:
            continue
        for pem in CERTIFICATE.findall(text):
            try:
                der = ssl.PEM_cert_to_DER_cert(pem)
            except ValueError:
                continue
            found[hashlib.sha256(der).hexdigest()] = ssl.DER_cert_to_PEM_cert(der)
    return found


def host_bundle() -> Path | None:
    """The bundle that programs of this host trust: `SSL_CERT_FILE`, else what OpenSSL was built to read."""
    chosen = os.environ.get("SSL_CERT_FILE") or ssl.get_default_verify_paths().cafile
    candidates = [Path(chosen)] if chosen else []
    candidates.append(Path("/etc/ssl/certs/ca-certificates.crt"))
    return next((path for path in candidates if path.is_file()), None)


def extra_authorities() -> dict[str, str]:
    """The authorities that the host trusts beyond Debian's own.

    Without Debian's package on the host nothing tells its authorities from the extra ones, so only those count that an
    administrator added.
    """
    packaged = authorities(PACKAGED.rglob("*.crt"))
    trusted = authorities(LOCAL.rglob("*.crt"))
    bundle = host_bundle()
    if packaged and bundle is not None:
        trusted |= authorities([bundle])
    return {digest: pem for digest, pem in trusted.items() if digest not in packaged}


def synchronise(folder: Path, wanted: dict[str, str]) -> bool:
    """Make the folder's `*.crt` exactly the wanted ones; equal files stay untouched. Returns whether it changed."""
    files = {f"host-{digest[:16]}.crt": pem for digest, pem in wanted.items()}
    changed = False
    for stale in folder.glob("*.crt"):
        if stale.name not in files:
            stale.unlink()
            changed = True
    for name, pem in files.items():
        path = folder / name
        if not path.is_file() or path.read_text(encoding="ascii") != pem:
            path.write_text(pem, encoding="ascii")
            changed = True
    return changed


def main(arguments: list[str]) -> int:
    """Synchronise the folder named by the one argument; prints a line only when something changed."""
    if len(arguments) != 1:
        print("usage: certificates.py FOLDER", file=sys.stderr)
        return 2
    wanted = extra_authorities()
    if synchronise(Path(arguments[0]), wanted):
        print(f"certificates: {len(wanted)} extra authorities of this host are known to the image builds")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
