"""The closed list of cause classes. ``docs/causes.md`` tells each one at length; a unit test holds the two together."""

from dataclasses import dataclass
from enum import StrEnum


class CauseClass(StrEnum):
    """What can be the matter with a node, in one word."""

    # Settings and code of the node itself
    CONFIG_INVALID = "config_invalid"
    APP_EXCEPTION = "app_exception"
    APP_WIRING = "app_wiring"
    APP_START_FAILED = "app_start_failed"
    APP_HANG = "app_hang"
    NOT_LISTENING = "not_listening"
    UNHANDLED_REJECTION = "unhandled_rejection"
    EXITED_CLEAN = "exited_clean"
    # What the image holds
    MODULE_MISSING = "module_missing"
    MODULE_FORMAT = "module_format"
    NATIVE_MODULE = "native_module"
    NATIVE_CRASH = "native_crash"
    RUNTIME_VERSION_MISMATCH = "runtime_version_mismatch"
    WRONG_ARCHITECTURE = "wrong_architecture"
    COMMAND_NOT_FOUND = "command_not_found"
    BAD_ENTRYPOINT = "bad_entrypoint"
    IMAGE_UNAVAILABLE = "image_unavailable"
    # What the node depends on
    DEPENDENCY_FAILED = "dependency_failed"
    DEPENDENCY_UNREACHABLE = "dependency_unreachable"
    DEPENDENCY_NAME_UNRESOLVED = "dependency_name_unresolved"
    DEPENDENCY_TIMEOUT = "dependency_timeout"
    DEPENDENCY_STARTING = "dependency_starting"
    DEPENDENCY_LOST = "dependency_lost"
    DEPENDENCY_AUTH_FAILED = "dependency_auth_failed"
    DEPENDENCY_CAPACITY = "dependency_capacity"
    DEPENDENCY_WRITE_REFUSED = "dependency_write_refused"
    TLS_MISMATCH = "tls_mismatch"
    WAITING_CIRCLE = "waiting_circle"
    # Data and schemas
    DATABASE_MISSING = "database_missing"
    SCHEMA_MISSING = "schema_missing"
    SCHEMA_CONFLICT = "schema_conflict"
    DATA_CONFLICT = "data_conflict"
    DB_QUERY_FAILED = "db_query_failed"
    MIGRATION_FAILED = "migration_failed"
    MIGRATION_CODE_BUG = "migration_code_bug"
    TOPIC_MISSING = "topic_missing"
    VOLUME_INCOMPATIBLE = "volume_incompatible"
    GRAPHQL_COMPOSITION = "graphql_composition"
    # Resources, and what the engine and the host allow
    CONTAINER_OOM = "container_oom"
    HEAP_OOM = "heap_oom"
    HEAP_OOM_OR_ABORT = "heap_oom_or_abort"
    KILLED_SIGKILL = "killed_sigkill"
    TERMINATED_BY_SIGNAL = "terminated_by_signal"
    DISK_FULL = "disk_full"
    RESOURCE_LIMIT = "resource_limit"
    PERMISSION_DENIED = "permission_denied"
    READ_ONLY_FILESYSTEM = "read_only_filesystem"
    PORT_CONFLICT = "port_conflict"
    HOST_SETTING = "host_setting"
    START_REFUSED = "start_refused"
    # Health
    HEALTHCHECK_BROKEN = "healthcheck_broken"
    HEALTH_REPORTED_DOWN = "health_reported_down"
    HEALTH_LIE_RISK = "health_lie_risk"
    # Nothing explains it
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Explanation:
    """What a class means, and what to do about it where its signature does not know better."""

    meaning: str
    advice: str


EXPLANATIONS: dict[CauseClass, Explanation] = {
    CauseClass.CONFIG_INVALID: Explanation(
        "A setting of the node is missing, empty or malformed.",
        "Set the named variable in the node's environment, in the form that the message asks for.",
    ),
    CauseClass.APP_EXCEPTION: Explanation(
        "The node's own code raised an error that nothing caught.",
        "Start at the first frame of the trace that lies in the node's own code.",
    ),
    CauseClass.APP_WIRING: Explanation(
        "The application's parts do not fit together: dependency injection, entities or schema classes.",
        "Register or export the named part in the module that needs it; no dependency is down.",
    ),
    CauseClass.APP_START_FAILED: Explanation(
        "The process gave up while it started, and the log does not say why.",
        "Read the lines above the last one, and let the start log its error before it exits.",
    ),
    CauseClass.APP_HANG: Explanation(
        "The process runs and does not get on: a blocked worker or a promise that never settles.",
        "Look for a call without a deadline on the way to the last line of the log.",
    ),
    CauseClass.NOT_LISTENING: Explanation(
        "The process runs and does not listen where it is looked for: on 127.0.0.1 only, or on another port.",
        "Let it listen on 0.0.0.0 (or `::`), on the port that the Compose file and its clients name.",
    ),
    CauseClass.UNHANDLED_REJECTION: Explanation(
        "A promise was rejected, nothing caught it, and what it was rejected with does not say why.",
        "Reject with an Error and catch it where the start is awaited; the first failing call stands above.",
    ),
    CauseClass.EXITED_CLEAN: Explanation(
        "The main process of a node that should go on running ended with exit code 0.",
        "Keep the server in the foreground, or declare the node as a job.",
    ),
    CauseClass.MODULE_MISSING: Explanation(
        "Code that the program loads is not in the image.",
        "Install the named module in the image's last stage, or correct the path in the command.",
    ),
    CauseClass.MODULE_FORMAT: Explanation(
        "A JavaScript module is loaded as the wrong kind: CommonJS against ES modules.",
        "Pin a version of the package in the kind that the application uses, or change the module setting.",
    ),
    CauseClass.NATIVE_MODULE: Explanation(
        "A compiled extension was built for another platform, C library or runtime version.",
        "Install dependencies in the image, on the base that runs, and keep the host's out of the build context.",
    ),
    CauseClass.NATIVE_CRASH: Explanation(
        "Native code crashed: segmentation fault, illegal instruction or bus error.",
        "Suspect native extensions, the C library and CPU features, in this order.",
    ),
    CauseClass.RUNTIME_VERSION_MISMATCH: Explanation(
        "The code was built for a newer runtime than the image has.",
        "Build and run with the same major version of the runtime.",
    ),
    CauseClass.WRONG_ARCHITECTURE: Explanation(
        "The program is not one that this machine can execute: another CPU, or a script without its first line.",
        "Build for this machine's platform; give a script a first line that names its interpreter.",
    ),
    CauseClass.COMMAND_NOT_FOUND: Explanation(
        "The command of the container is not in the image (exit code 127).",
        "Correct the command, or install what it names in the image's last stage.",
    ),
    CauseClass.BAD_ENTRYPOINT: Explanation(
        "The entry point is there and what it needs to run is not: its interpreter, or clean line ends.",
        "Check the script's first line for carriage returns and for an interpreter that the image has.",
    ),
    CauseClass.IMAGE_UNAVAILABLE: Explanation(
        "The image is neither here, nor can it be pulled or built.",
        "Build it, or check its name, tag and the login to its registry.",
    ),
    CauseClass.DEPENDENCY_FAILED: Explanation(
        "The node was never started, because a dependency that it waits for failed.",
        "Look at the dependency; what waits for it follows.",
    ),
    CauseClass.DEPENDENCY_UNREACHABLE: Explanation(
        "Nothing answers at the dependency's address as the node knows it.",
        "Check that the dependency runs, then the host and port in the node's settings, then the networks of both.",
    ),
    CauseClass.DEPENDENCY_NAME_UNRESOLVED: Explanation(
        "The host name of a dependency is known on none of the node's networks.",
        "Correct the host in the node's settings, or put both containers on one network.",
    ),
    CauseClass.DEPENDENCY_TIMEOUT: Explanation(
        "The dependency accepts or swallows the request and does not answer in time.",
        "Look for a paused, overloaded or locked dependency, and for an exhausted pool in the node.",
    ),
    CauseClass.DEPENDENCY_STARTING: Explanation(
        "The dependency is up and says that it is not ready yet.",
        "Gate on the dependency's readiness, or retry for longer.",
    ),
    CauseClass.DEPENDENCY_LOST: Explanation(
        "An established connection to a dependency broke and did not come back.",
        "See why the dependency ended it, and let the client reconnect with back-off.",
    ),
    CauseClass.DEPENDENCY_AUTH_FAILED: Explanation(
        "The dependency refuses the node's credentials or its rights.",
        "Compare the user and password in the node's settings with those that the dependency was set up with.",
    ),
    CauseClass.DEPENDENCY_CAPACITY: Explanation(
        "The dependency is full: connections or memory.",
        "Add up the pools of all its clients against its limit, and look for a leak.",
    ),
    CauseClass.DEPENDENCY_WRITE_REFUSED: Explanation(
        "The dependency answers reads and refuses writes.",
        "Write to the primary, and see why it was made read-only or cannot persist.",
    ),
    CauseClass.TLS_MISMATCH: Explanation(
        "Node and dependency do not agree on encryption or trust.",
        "Set the same TLS mode on both sides and give the client the authority that signed the certificate.",
    ),
    CauseClass.WAITING_CIRCLE: Explanation(
        "Nodes wait for each other in a circle, so that none of them can start.",
        "Take one health gate out of the circle and let that service retry instead.",
    ),
    CauseClass.DATABASE_MISSING: Explanation(
        "The server runs and the database that the node asks for was never made.",
        "Create it; scripts for initialisation run only on an empty volume.",
    ),
    CauseClass.SCHEMA_MISSING: Explanation(
        "A table, column, function or type that the node needs is not in the database.",
        "Run the migrations before the node starts, on the database that it uses.",
    ),
    CauseClass.SCHEMA_CONFLICT: Explanation(
        "A migration makes what is there already.",
        "See whether the record of applied migrations was lost, or schema synchronisation is on beside migrations.",
    ),
    CauseClass.DATA_CONFLICT: Explanation(
        "Rows that the node writes at start violate a constraint.",
        "Make the seed idempotent and let one instance at a time run it.",
    ),
    CauseClass.DB_QUERY_FAILED: Explanation(
        "The database refused a statement, for a reason of its own.",
        "Read the server's message and the statement.",
    ),
    CauseClass.MIGRATION_FAILED: Explanation(
        "A migration does not go through; starting again cannot help.",
        "Correct or revert the named migration.",
    ),
    CauseClass.MIGRATION_CODE_BUG: Explanation(
        "The code of a migration is wrong, before any SQL is sent.",
        "Correct the named migration's code.",
    ),
    CauseClass.TOPIC_MISSING: Explanation(
        "A topic that the node uses does not exist.",
        "Create topics before their users start.",
    ),
    CauseClass.VOLUME_INCOMPATIBLE: Explanation(
        "The data in the volume belongs to another version, cluster or owner.",
        "Start on a fresh volume, or migrate the data.",
    ),
    CauseClass.GRAPHQL_COMPOSITION: Explanation(
        "The subgraphs' schemas do not compose.",
        "Correct the subgraph that the message names; the order of start does not matter here.",
    ),
    CauseClass.CONTAINER_OOM: Explanation(
        "The container met its memory limit and the kernel killed it.",
        "Raise the limit, or make the process's own limits fit into it.",
    ),
    CauseClass.HEAP_OOM: Explanation(
        "The runtime's own heap limit was met, below the container's.",
        "Raise the heap below the container's limit, or find the leak.",
    ),
    CauseClass.HEAP_OOM_OR_ABORT: Explanation(
        "The process aborted itself (exit code 134), and the log does not say why.",
        "Look for a heap limit or a failed assertion of the runtime.",
    ),
    CauseClass.KILLED_SIGKILL: Explanation(
        "The process was killed by SIGKILL and the engine saw no memory limit met.",
        "Find who sent it: a stop that took too long, a person, or the host running out of memory.",
    ),
    CauseClass.TERMINATED_BY_SIGNAL: Explanation(
        "Somebody ended the process with SIGTERM or SIGINT.",
        "Find who stopped it; the process itself did nothing wrong.",
    ),
    CauseClass.DISK_FULL: Explanation(
        "No space or no inodes are left where the node writes.",
        "Free space on the engine's disk or in the volume.",
    ),
    CauseClass.RESOURCE_LIMIT: Explanation(
        "A limit other than the container's memory was met: files, processes, shared memory, what the host has left.",
        "Raise the named limit, or find what leaks.",
    ),
    CauseClass.PERMISSION_DENIED: Explanation(
        "The node's user may not do what it tries: a file, a port, an entry point.",
        "Set the owner in the image or of the volume, or choose a port from 1024 up.",
    ),
    CauseClass.READ_ONLY_FILESYSTEM: Explanation(
        "The node writes where its file system is read-only.",
        "Mount a tmpfs or a volume at the named path.",
    ),
    CauseClass.PORT_CONFLICT: Explanation(
        "The port that the node wants is taken.",
        "Stop the other listener, or choose another port.",
    ),
    CauseClass.HOST_SETTING: Explanation(
        "A setting of the host's kernel is too low for the node.",
        "Change the named setting on the host.",
    ),
    CauseClass.START_REFUSED: Explanation(
        "The engine would not create or start the container.",
        "Read the engine's own words; the container's process never ran.",
    ),
    CauseClass.HEALTHCHECK_BROKEN: Explanation(
        "The HEALTHCHECK itself is wrong: its tool, path, port or patience.",
        "Ask the path that the node serves, with a tool that the image has.",
    ),
    CauseClass.HEALTH_REPORTED_DOWN: Explanation(
        "The node runs and says itself that it is not well.",
        "Read the dependency that its health answer names.",
    ),
    CauseClass.HEALTH_LIE_RISK: Explanation(
        "The node goes on running although its start failed, so that its health may say more than is true.",
        "Let readiness depend on what failed, or exit.",
    ),
    CauseClass.UNKNOWN: Explanation(
        "Nothing that was seen explains it.",
        "Read the evidence; it is all that there was.",
    ),
}

# The failure of the dependency explains the failure of its client in these classes. Refused credentials, a missing
# table or a full server are faults of their own, whatever else is wrong with the dependency.
EXPLAINED_BY_A_DEAD_DEPENDENCY = frozenset(
    {
        CauseClass.DEPENDENCY_FAILED,
        CauseClass.DEPENDENCY_UNREACHABLE,
        CauseClass.DEPENDENCY_NAME_UNRESOLVED,
        CauseClass.DEPENDENCY_TIMEOUT,
        CauseClass.DEPENDENCY_STARTING,
        CauseClass.DEPENDENCY_LOST,
        CauseClass.HEALTH_REPORTED_DOWN,
    }
)

# The attempt ended on the way to an address, so that the address is what to look at.
NEVER_REACHED = frozenset(
    {
        CauseClass.DEPENDENCY_UNREACHABLE,
        CauseClass.DEPENDENCY_NAME_UNRESOLVED,
        CauseClass.DEPENDENCY_TIMEOUT,
    }
)

# A text of one of these classes is about a dependency, so that the library that speaks tells which.
ABOUT_A_DEPENDENCY = EXPLAINED_BY_A_DEAD_DEPENDENCY | {
    CauseClass.DEPENDENCY_AUTH_FAILED,
    CauseClass.DEPENDENCY_CAPACITY,
    CauseClass.DEPENDENCY_WRITE_REFUSED,
    CauseClass.TLS_MISMATCH,
    CauseClass.DATABASE_MISSING,
    CauseClass.SCHEMA_MISSING,
    CauseClass.SCHEMA_CONFLICT,
    CauseClass.DATA_CONFLICT,
    CauseClass.DB_QUERY_FAILED,
    CauseClass.MIGRATION_FAILED,
    CauseClass.TOPIC_MISSING,
}
