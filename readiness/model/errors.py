"""What can go wrong, as types that carry the verdict.

ReadinessError                  anything below; its text is for a person and says what to do
├── InputError                  the suite was given something that it cannot work with (verdict UNKNOWN)
│   ├── ContractError           readiness.yaml: file, line, what was expected
│   ├── ComposeError            the Compose file, in Compose's own words
│   │   └── CircularDependencies  nodes that wait for each other: the platform's own mistake (verdict NOT READY)
│   ├── UnsupportedByRuntime    the Compose file asks for what the runtime refuses, by name
│   └── SchemaError             a GraphQL document: line and column
├── EngineError                 no container engine, or it stopped (verdict UNKNOWN)
│   ├── NoEngine
│   └── EngineLost
├── NodeError                   a node of the graph does not do what it must (verdict NOT READY); has ``node``
│   ├── ImageUnavailable        neither here, nor pulled, nor built
│   ├── PortInUse
│   ├── StartRefused            the engine would not start the container
│   ├── NodeDied                it exited while something waited for it
│   │   └── CrashLoop           its restart policy brought it back and it exited again
│   └── NotReadyInTime
│       └── ReadyTooLate        it became ready all the same, after its budget
├── NotRecorded                 the run's own files cannot be written (verdict UNKNOWN)
├── FaultNotLanded              a disturbance had no effect: nothing can be concluded (verdict UNKNOWN)
└── Interrupted                 the run was ended from outside (verdict UNKNOWN)
"""


class ReadinessError(Exception):
    """Something that ends a check or a run, told in one message for a person."""


class InputError(ReadinessError):
    """The suite was given something that it cannot work with."""


class ContractError(InputError):
    """The contract file is wrong. The text names file and line and says what was expected."""


class ComposeError(InputError):
    """The Compose file cannot be read."""


class CircularDependencies(ComposeError):
    """Nodes that each wait for the next, so that none can ever start. The platform's own mistake: verdict NOT READY."""

    def __init__(self, circle: tuple[str, ...], message: str) -> None:
        self.circle = circle
        """The nodes in the order in which each waits for the next; the last one waits for the first."""
        super().__init__(message)


class UnsupportedByRuntime(InputError):
    """The Compose file asks for something that the runtime refuses rather than drops."""


class SchemaError(InputError):
    """A document is not the GraphQL that it should be."""

    def __init__(self, message: str, line: int | None = None, column: int | None = None) -> None:
        self.line = line
        self.column = column
        super().__init__(message)


class EngineError(ReadinessError):
    """The container engine is not there for us."""


class NoEngine(EngineError):
    """No container engine answers."""


class EngineLost(EngineError):
    """The container engine stopped answering during the run."""


class NodeError(ReadinessError):
    """A node of the graph does not do what it must."""

    def __init__(self, node: str, message: str) -> None:
        self.node = node
        super().__init__(message)


class ImageUnavailable(NodeError):
    """The node's image is not here, and can neither be pulled nor built."""


class PortInUse(NodeError):
    """A host port that the node needs is taken."""


class StartRefused(NodeError):
    """The engine would not create or start the container."""


class NodeDied(NodeError):
    """The container exited while something waited for it."""


class CrashLoop(NodeDied):
    """The container exits again each time that its restart policy brings it back."""


class NotReadyInTime(NodeError):
    """The node was still not ready when its budget ended."""


class ReadyTooLate(NotReadyInTime):
    """The node became ready all the same, after its budget had ended."""


class NotRecorded(ReadinessError):
    """The run's own files cannot be written, so that what happens in it is not known."""


class FaultNotLanded(ReadinessError):
    """A disturbance had no visible effect, so nothing can be concluded from what followed."""


class Interrupted(ReadinessError):
    """The run was ended from outside."""
