"""Causes that a check itself shows: the second half of the closed list in ``docs/causes.md``."""

from enum import StrEnum

from readiness.diagnosis.causes import EXPLANATIONS, CauseClass, Explanation
from readiness.model.finding import Cause, Confidence


class BrokenPromise(StrEnum):
    """What a criterion found to be the matter, where no deeper cause is known."""

    HEALTH_ENDPOINT = "health_endpoint"
    HEALTH_LIE = "health_lie"
    LIVENESS_DEPENDS = "liveness_depends"
    INCONSISTENT_PATHS = "inconsistent_paths"
    BACKING_UNREACHABLE = "backing_unreachable"
    BACKING_UNUSABLE = "backing_unusable"
    CONNECTION_MISSING = "connection_missing"
    CONSUMER_GROUP = "consumer_group"
    EVENT_LOST = "event_lost"
    MIGRATION_PENDING = "migration_pending"
    SCHEMA_DRIFT = "schema_drift"
    SCHEMA_INVALID = "schema_invalid"
    SCHEMA_NOT_SERVED = "schema_not_served"
    COMPOSITION_BROKEN = "composition_broken"
    ENTITY_UNRESOLVED = "entity_unresolved"
    SUBGRAPH_UNGUARDED = "subgraph_unguarded"
    TOKEN_NOT_ISSUED = "token_not_issued"
    TOKEN_MISHANDLED = "token_mishandled"
    NO_RECOVERY = "no_recovery"
    NO_RECONNECTION = "no_reconnection"
    STOP_IGNORED = "stop_ignored"
    RESTARTS = "restarts"
    IMAGE_TOO_LARGE = "image_too_large"
    RUNS_AS_ROOT = "runs_as_root"
    IMAGE_UNPINNED = "image_unpinned"
    IMAGE_WASTEFUL = "image_wasteful"
    SECRET_IN_IMAGE = "secret_in_image"
    NO_MEMORY_LIMIT = "no_memory_limit"
    NO_CPU_LIMIT = "no_cpu_limit"
    NO_PIDS_LIMIT = "no_pids_limit"
    NO_RESTART_POLICY = "no_restart_policy"
    EXCESS_PRIVILEGES = "excess_privileges"
    NOT_READY_IN_TIME = "not_ready_in_time"


BROKEN_PROMISES: dict[BrokenPromise, Explanation] = {
    BrokenPromise.HEALTH_ENDPOINT: Explanation(
        "A health endpoint does not answer as it should: status, content type, shape or time.",
        "Answer 200 or 503 in one shape (schemas/health.schema.json), with a deadline on every check.",
    ),
    BrokenPromise.HEALTH_LIE: Explanation(
        "What the service says of its health is not what is the case.",
        "Check every dependency through the service's own client, list each by name, let ready depend on all.",
    ),
    BrokenPromise.LIVENESS_DEPENDS: Explanation(
        "Liveness depends on something outside of the process, so that a healthy process is restarted for it.",
        "Let live tell of the process alone; dependencies belong into ready.",
    ),
    BrokenPromise.INCONSISTENT_PATHS: Explanation(
        "Services serve their health at different paths or in different shapes.",
        "Agree on one set of paths and one shape for all services.",
    ),
    BrokenPromise.BACKING_UNREACHABLE: Explanation(
        "A backing service does not answer a first question.",
        "Read its log and its limits; the evidence has its own words.",
    ),
    BrokenPromise.BACKING_UNUSABLE: Explanation(
        "A backing service answers, but what is written to it cannot be read back.",
        "Look for a read-only replica, a full disk or memory, or missing credentials, as the evidence says.",
    ),
    BrokenPromise.CONNECTION_MISSING: Explanation(
        "A service that says it uses a backing service holds no connection to it.",
        "Connect at start with the client that requests use, and keep the connection; or do not promise it.",
    ),
    BrokenPromise.CONSUMER_GROUP: Explanation(
        "A consumer group is not stable, has no member from the service, or does not get on with its topics.",
        "Look at the consumer's log: a wrong group, a handler that throws, or a subscription that was lost.",
    ),
    BrokenPromise.EVENT_LOST: Explanation(
        "An event that one service was made to produce has no effect in the other.",
        "Follow it: is it on the topic (producer), is the group's lag zero (consumer), does the handler's log show it?",
    ),
    BrokenPromise.MIGRATION_PENDING: Explanation(
        "Migrations are not applied as promised: pending, tables missing, or a second run changes something.",
        "Apply the migrations at start or in a job that services wait for, and make each one safe to repeat.",
    ),
    BrokenPromise.SCHEMA_DRIFT: Explanation(
        "The schema that is served breaks with the saved one.",
        "Undo the change, or agree on it with those who compose and query the schema, and save the new SDL.",
    ),
    BrokenPromise.SCHEMA_INVALID: Explanation(
        "The schema is no valid Federation subgraph on its own.",
        "Mend the named rule at the named coordinate; the code is the reference composer's.",
    ),
    BrokenPromise.SCHEMA_NOT_SERVED: Explanation(
        "What the subgraph answers is not what its schema promises.",
        "Mend the resolver of the named field, or the place where SDL and executable schema part.",
    ),
    BrokenPromise.COMPOSITION_BROKEN: Explanation(
        "The subgraph does not compose with the others into one supergraph.",
        "Undo the named change, or agree on it with the subgraph that the composer's error names.",
    ),
    BrokenPromise.ENTITY_UNRESOLVED: Explanation(
        "A key of an entity does not resolve through _entities as the subgraph specification asks.",
        "Give each key a resolver that keeps the order of the representations, with null for what does not exist.",
    ),
    BrokenPromise.SUBGRAPH_UNGUARDED: Explanation(
        "The subgraph answers what it should refuse.",
        "Limit depth and size, require a token where other fields do, and close introspection in production.",
    ),
    BrokenPromise.TOKEN_NOT_ISSUED: Explanation(
        "The issuer of tokens gives none for the contract's log-in.",
        "Send the contract's requests by hand; its answers stand in the evidence.",
    ),
    BrokenPromise.TOKEN_MISHANDLED: Explanation(
        "A service refuses a good token, or accepts a forged, an expired or a missing one.",
        "Verify signature and expiry with the issuer's key on every guarded request.",
    ),
    BrokenPromise.NO_RECOVERY: Explanation(
        "The service does not come back as promised after a crash or a restart.",
        "Give it a restart policy, and let its start depend on nothing that a crash can leave behind.",
    ),
    BrokenPromise.NO_RECONNECTION: Explanation(
        "The service does not reconnect after its dependency was restarted.",
        "Reconnect with back-off for ever, subscriptions included, and never cache an address.",
    ),
    BrokenPromise.STOP_IGNORED: Explanation(
        "SIGTERM does not end the service in order.",
        "Start the process in exec form, handle SIGTERM: ready red first, finish what runs, then close and exit 0.",
    ),
    BrokenPromise.RESTARTS: Explanation(
        "A container exited, was killed or turned unhealthy although nobody disturbed it.",
        "Read the exit codes and times in the evidence against its log; a slow loop shows as equal lives.",
    ),
    BrokenPromise.IMAGE_TOO_LARGE: Explanation(
        "The image is larger than promised.",
        "Build in one stage and copy only what runs into the last one; leave build tools and caches behind.",
    ),
    BrokenPromise.RUNS_AS_ROOT: Explanation(
        "Image, container or a process of it runs as root.",
        "Set USER to a numeric, unprivileged id, and give it what it has to write.",
    ),
    BrokenPromise.IMAGE_UNPINNED: Explanation(
        "The image's name may mean another image tomorrow.",
        "Name a version or a digest.",
    ),
    BrokenPromise.IMAGE_WASTEFUL: Explanation(
        "The image keeps what a package manager downloaded.",
        "Use cache mounts, or remove the cache in the instruction that filled it.",
    ),
    BrokenPromise.SECRET_IN_IMAGE: Explanation(
        "A secret stands in the image's environment or history, for everyone who can pull it.",
        "Give it at run time, or as a build secret; and change it, for it is known.",
    ),
    BrokenPromise.NO_MEMORY_LIMIT: Explanation(
        "There is no memory limit, or the container came near it.",
        "Set a limit with room above what the run used.",
    ),
    BrokenPromise.NO_CPU_LIMIT: Explanation(
        "There is no CPU limit, or it throttles the container while it serves.",
        "Set a limit; raise it where it throttles.",
    ),
    BrokenPromise.NO_PIDS_LIMIT: Explanation(
        "There is no limit of processes, or the container came near it.",
        "Set a limit with room above what the run used.",
    ),
    BrokenPromise.NO_RESTART_POLICY: Explanation(
        "The engine is not told to bring the container back.",
        "Set `restart: unless-stopped`, or `on-failure` with a limit.",
    ),
    BrokenPromise.EXCESS_PRIVILEGES: Explanation(
        "The container may do more than it needs.",
        "Drop all capabilities, add back what is needed, and forbid new privileges.",
    ),
    BrokenPromise.NOT_READY_IN_TIME: Explanation(
        "The node did not become ready within its budget.",
        "Read its last answer and log in the evidence; raise the budget only if it gets there.",
    ),
}


def cause_of(
    cls: CauseClass | BrokenPromise,
    node: str,
    dependency: str | None = None,
    confidence: Confidence = Confidence.SURE,
    summary: str = "",
    evidence: tuple[str, ...] = (),
) -> Cause:
    """A cause with the advice that belongs to its class."""
    known = BROKEN_PROMISES[cls] if isinstance(cls, BrokenPromise) else EXPLANATIONS[cls]
    return Cause(cls.value, node, dependency, confidence, summary, evidence, known.advice)
