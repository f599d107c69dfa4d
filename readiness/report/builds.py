"""Showing the building of images, where nothing is started after it."""

from typing import TextIO

from readiness.model.events import Event, ImageBuilding, ImageReady
from readiness.model.units import format_duration
from readiness.report.text import cut, one_line

_LINE_EVERY_S = 5.0
_LINE_LENGTH = 110


class BuildLines:
    """A line when an image is had, every few seconds the newest of a build; silent when all images are here."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._told_at = 0.0

    def handle(self, event: Event) -> None:
        if isinstance(event, ImageReady) and event.how != "here":
            self._write(f"image {event.image} {event.how} in {format_duration(event.took_s)}")
        elif isinstance(event, ImageBuilding) and event.at - self._told_at >= _LINE_EVERY_S:
            self._told_at = event.at
            self._write(cut(f"building images: {one_line(event.line)}", _LINE_LENGTH))

    def tick(self, now: float) -> None:
        """Nothing changes by the passing of time."""

    def close(self) -> None:
        """Nothing is held."""

    def _write(self, line: str) -> None:
        self._stream.write(line + "\n")
        self._stream.flush()
