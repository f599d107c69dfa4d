"""What a node is, told from the name of its image."""

from readiness.model.graph import Node, Role


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


_POSTGRES = _names("postgres postgresql postgresql-repmgr postgis timescaledb timescaledb-ha pgvector citus")

_REDIS = _names("redis redis-stack redis-stack-server valkey valkey-bundle keydb dragonfly")
_KAFKA = _names("kafka kafka-native cp-kafka cp-server confluent-local redpanda")
_ROLES: dict[str, Role] = {
    **dict.fromkeys(_POSTGRES, Role.POSTGRES),
    **dict.fromkeys(_REDIS, Role.REDIS),
    **dict.fromkeys(_KAFKA, Role.KAFKA),
}

_INFRASTRUCTURE = _names(
    """
    adminer akhq alertmanager apisix arangodb artemis activemq-artemis activemq beanstalkd caddy cadvisor
    cassandra chroma clickhouse clickhouse-server cockroach consul couchbase couchdb cp-kafka-connect
    cp-kafka-rest cp-ksqldb-cli cp-ksqldb-server cp-schema-registry cp-zookeeper dex dynamodb-local
    elasticsearch emqx envoy etcd eventstore filebeat fluent-bit fluentd gitea grafana haproxy influxdb jaeger
    kafdrop kafka-exporter kafka-ui keycloak kibana kong kowl kafka-connect localstack logstash loki mailcatcher
    mailhog mailpit mariadb meilisearch memcached memgraph milvus minio mongo mongo-express mongodb mysql neo4j
    nats nats-streaming nginx node-exporter open-policy-agent opa openldap opensearch opensearch-dashboards
    opentelemetry-collector opentelemetry-collector-contrib otel-lgtm papercut pgadmin4 pgbouncer portainer
    portainer-ce postgres-exporter prometheus promtail pushgateway qdrant rabbitmq redis-commander
    redis-exporter redis-sentinel redisinsight rethinkdb schema-registry selenium solr spicedb statsd surrealdb
    tempo temporal toxiproxy traefik typesense unleash-server vault vector victoria-metrics weaviate wiremock
    zipkin zookeeper
    """
)
"""Products that nobody's own service is named like; they are asked for nothing but to run."""

_INFRASTRUCTURE_WITH_OWNER = frozenset(("mssql/server", "jaegertracing/all-in-one", "minio/mc", "datalust/seq"))

_PRODUCT_OWNERS = _names(
    """
    apache bitnami bitnamilegacy confluentinc redpandadata debezium wurstmeister timescale postgis pgvector
    ankane kartoza citusdata supabase valkey eqalpha dragonflydb library redis
    """
)


def product(node: Node, project: str) -> str:
    """The last part of the image's name, without its tag; for an image that Compose names, the node's own name."""
    if node.build is not None and node.image == f"{project}-{node.name}":
        return node.name
    return _repository(node.image).rpartition("/")[2]


def role_of_image(node: Node, project: str) -> Role | None:
    """The role that the image's name tells: a product's, or an own image called like one (``acme/postgres:1.0``)."""
    return _ROLES.get(product(node, project))


def is_well_known(node: Node) -> bool:
    """Whether the image is a product's own, so that its role is a fact and no guess."""
    owner = _repository(node.image).rpartition("/")[0].rpartition("/")[2]
    return node.build is None and (not owner or owner in _PRODUCT_OWNERS)


def is_infrastructure(node: Node) -> bool:
    """Whether the image is that of a product (a broker, a database, a gateway) and not the team's own code."""
    parts = _repository(node.image).split("/")
    known = parts[-1] in _INFRASTRUCTURE or "/".join(parts[-2:]) in _INFRASTRUCTURE_WITH_OWNER
    return node.build is None and known


def _repository(image: str) -> str:
    """``registry:5000/acme/postgres`` of ``registry:5000/acme/postgres:16@sha256:...``."""
    name = image.partition("@")[0].lower()
    head, slash, last = name.rpartition("/")
    return f"{head}{slash}{last.partition(':')[0]}"
