"""Where something answers, and with which credentials."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Address:
    """A host and a TCP port, as seen from where the probe runs."""

    host: str
    port: int

    def __str__(self) -> str:
        return f"{self.host}:{self.port}"


@dataclass(frozen=True)
class Credentials:
    """What a client of a backing service logs in with. The password is kept out of every text."""

    user: str | None = None
    password: str | None = field(default=None, repr=False)
    database: str | None = None
