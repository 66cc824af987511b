// The names of all attributes, events and environment variables. `@opentelemetry/semantic-conventions` is not used: it
// takes longer to load than fc-traced itself, and exports the FaaS names only from its incubating entry point.

// fc-traced: counters, reported on the next invocation span
export const ATTR_FC_TRACED_DROPPED_SPANS = 'fc_traced.dropped_spans';
export const ATTR_FC_TRACED_MALFORMED_CARRIERS = 'fc_traced.malformed_carriers';
export const ATTR_FC_TRACED_TELEMETRY_ERRORS = 'fc_traced.telemetry_errors';

// fc-traced: span events
export const EVENT_FC_TRACED_ABANDONED = 'fc_traced.abandoned';
export const EVENT_FC_TRACED_CANCELLED = 'fc_traced.cancelled';
export const EVENT_FC_TRACED_EXPECTED_ERROR = 'fc_traced.expected_error';

// fc-traced: spans of calls that are cut off
export const ATTR_FC_TRACED_DROPPED_SNAPSHOTS = 'fc_traced.dropped_snapshots';
export const ATTR_FC_TRACED_OPEN_FOR_MS = 'fc_traced.open_for_ms';
export const ATTR_FC_TRACED_SNAPSHOT = 'fc_traced.snapshot';
export const ATTR_FC_TRACED_SNAPSHOT_REASON = 'fc_traced.snapshot_reason';
export const ATTR_FC_TRACED_TIMEOUT_IMMINENT = 'fc_traced.timeout_imminent';

// fc-traced: other attributes
export const ATTR_FC_TRACED_BATCH_DROPPED_LINKS = 'fc_traced.batch.dropped_links';
export const ATTR_FC_TRACED_BATCH_FAILED = 'fc_traced.batch.failed';
export const ATTR_FC_TRACED_BATCH_SKIPPED = 'fc_traced.batch.skipped';
export const ATTR_FC_TRACED_DESTINATION_ATTEMPTS = 'fc_traced.destination.attempts';
export const ATTR_FC_TRACED_DESTINATION_CONDITION = 'fc_traced.destination.condition';
export const ATTR_FC_TRACED_DESTINATION_INVOCATION_ID = 'fc_traced.destination.invocation_id';
export const ATTR_FC_TRACED_KEPT = 'fc_traced.kept';
export const ATTR_FC_TRACED_LINK = 'fc_traced.link';
export const ATTR_FC_TRACED_MESSAGE_REDELIVERED = 'fc_traced.message.redelivered';
export const ATTR_FC_TRACED_MESSAGE_REDELIVERY_COUNT = 'fc_traced.message.redelivery_count';
export const ATTR_FC_TRACED_OWN_MILLISECONDS = 'fc_traced.own_milliseconds';
export const ATTR_FC_TRACED_PROBLEM = 'fc_traced.problem';
export const ATTR_FC_TRACED_RETRY_COUNT = 'fc_traced.retry_count';
export const ATTR_FC_TRACED_STREAM_BYTES = 'fc_traced.stream.bytes';
export const ATTR_FC_TRACED_STREAM_ITEMS = 'fc_traced.stream.items';

// Resource and FaaS: https://opentelemetry.io/docs/specs/semconv/resource/faas/ and
// https://opentelemetry.io/docs/specs/semconv/faas/faas-spans/
export const ATTR_CLOUD_ACCOUNT_ID = 'cloud.account.id';
export const ATTR_CLOUD_PLATFORM = 'cloud.platform';
export const ATTR_CLOUD_PROVIDER = 'cloud.provider';
export const ATTR_CLOUD_REGION = 'cloud.region';
export const ATTR_CLOUD_RESOURCE_ID = 'cloud.resource_id';
export const ATTR_FAAS_COLDSTART = 'faas.coldstart';
export const ATTR_FAAS_DOCUMENT_COLLECTION = 'faas.document.collection';
export const ATTR_FAAS_DOCUMENT_NAME = 'faas.document.name';
export const ATTR_FAAS_DOCUMENT_OPERATION = 'faas.document.operation';
export const ATTR_FAAS_DOCUMENT_TIME = 'faas.document.time';
export const ATTR_FAAS_INSTANCE = 'faas.instance';
export const ATTR_FAAS_INVOCATION_ID = 'faas.invocation_id';
export const ATTR_FAAS_MAX_MEMORY = 'faas.max_memory';
export const ATTR_FAAS_NAME = 'faas.name';
export const ATTR_FAAS_TIME = 'faas.time';
export const ATTR_FAAS_TRIGGER = 'faas.trigger';
export const ATTR_FAAS_VERSION = 'faas.version';
export const ATTR_SERVICE_NAME = 'service.name';
export const ATTR_TELEMETRY_DISTRO_NAME = 'telemetry.distro.name';
export const ATTR_TELEMETRY_DISTRO_VERSION = 'telemetry.distro.version';

// Errors and exceptions: https://opentelemetry.io/docs/specs/semconv/exceptions/
export const ATTR_ERROR_TYPE = 'error.type';
export const ATTR_EXCEPTION_MESSAGE = 'exception.message';
export const ATTR_EXCEPTION_STACKTRACE = 'exception.stacktrace';
export const ATTR_EXCEPTION_TYPE = 'exception.type';

// HTTP: https://opentelemetry.io/docs/specs/semconv/http/http-spans/
export const ATTR_CLIENT_ADDRESS = 'client.address';
export const ATTR_HTTP_REQUEST_METHOD = 'http.request.method';
export const ATTR_HTTP_REQUEST_METHOD_ORIGINAL = 'http.request.method_original';
export const ATTR_HTTP_RESPONSE_STATUS_CODE = 'http.response.status_code';
export const ATTR_HTTP_ROUTE = 'http.route';
export const ATTR_HTTP_TARGET = 'http.target';
export const ATTR_HTTP_URL = 'http.url';
export const ATTR_NETWORK_PROTOCOL_NAME = 'network.protocol.name';
export const ATTR_NETWORK_PROTOCOL_VERSION = 'network.protocol.version';
export const ATTR_NETWORK_TRANSPORT = 'network.transport';
export const ATTR_SERVER_ADDRESS = 'server.address';
export const ATTR_SERVER_PORT = 'server.port';
export const ATTR_URL_FULL = 'url.full';
export const ATTR_URL_PATH = 'url.path';
export const ATTR_URL_QUERY = 'url.query';
export const ATTR_URL_SCHEME = 'url.scheme';
export const ATTR_USER_AGENT_ORIGINAL = 'user_agent.original';

// Messaging: https://opentelemetry.io/docs/specs/semconv/messaging/messaging-spans/
export const ATTR_MESSAGING_BATCH_MESSAGE_COUNT = 'messaging.batch.message_count';
export const ATTR_MESSAGING_DESTINATION_NAME = 'messaging.destination.name';
export const ATTR_MESSAGING_DESTINATION_PARTITION_ID = 'messaging.destination.partition.id';
export const ATTR_MESSAGING_DESTINATION_SUBSCRIPTION_NAME = 'messaging.destination.subscription.name';
export const ATTR_MESSAGING_KAFKA_OFFSET = 'messaging.kafka.offset';
export const ATTR_MESSAGING_MESSAGE_ID = 'messaging.message.id';
export const ATTR_MESSAGING_OPERATION_NAME = 'messaging.operation.name';
export const ATTR_MESSAGING_OPERATION_TYPE = 'messaging.operation.type';
export const ATTR_MESSAGING_RABBITMQ_DELIVERY_TAG = 'messaging.rabbitmq.message.delivery_tag';
export const ATTR_MESSAGING_RABBITMQ_ROUTING_KEY = 'messaging.rabbitmq.destination.routing_key';
export const ATTR_MESSAGING_ROCKETMQ_MESSAGE_KEYS = 'messaging.rocketmq.message.keys';
export const ATTR_MESSAGING_ROCKETMQ_MESSAGE_TAG = 'messaging.rocketmq.message.tag';
export const ATTR_MESSAGING_SYSTEM = 'messaging.system';

// CloudEvents: https://opentelemetry.io/docs/specs/semconv/cloudevents/cloudevents-spans/
export const ATTR_CLOUDEVENTS_EVENT_ID = 'cloudevents.event_id';
export const ATTR_CLOUDEVENTS_EVENT_SOURCE = 'cloudevents.event_source';
export const ATTR_CLOUDEVENTS_EVENT_SPEC_VERSION = 'cloudevents.event_spec_version';
export const ATTR_CLOUDEVENTS_EVENT_SUBJECT = 'cloudevents.event_subject';
export const ATTR_CLOUDEVENTS_EVENT_TYPE = 'cloudevents.event_type';

// MCP: https://opentelemetry.io/docs/specs/semconv/gen-ai/mcp/
export const ATTR_GEN_AI_OPERATION_NAME = 'gen_ai.operation.name';
export const ATTR_GEN_AI_PROMPT_NAME = 'gen_ai.prompt.name';
export const ATTR_GEN_AI_TOOL_CALL_ARGUMENTS = 'gen_ai.tool.call.arguments';
export const ATTR_GEN_AI_TOOL_CALL_RESULT = 'gen_ai.tool.call.result';
export const ATTR_GEN_AI_TOOL_NAME = 'gen_ai.tool.name';
export const ATTR_JSONRPC_REQUEST_ID = 'jsonrpc.request.id';
export const ATTR_MCP_METHOD_NAME = 'mcp.method.name';
export const ATTR_MCP_PROTOCOL_VERSION = 'mcp.protocol.version';
export const ATTR_MCP_RESOURCE_URI = 'mcp.resource.uri';
export const ATTR_MCP_SESSION_ID = 'mcp.session.id';
export const ATTR_RPC_RESPONSE_STATUS_CODE = 'rpc.response.status_code';

// Databases and sessions
export const ATTR_DB_CONNECTION_STRING = 'db.connection_string';
export const ATTR_DB_QUERY_TEXT = 'db.query.text';
export const ATTR_SESSION_ID = 'session.id';
export const ATTR_SESSION_PREVIOUS_ID = 'session.previous_id';

// Environment variables of OpenTelemetry:
// https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/
export const OTEL_EXPORTER_JAEGER_ENDPOINT = 'OTEL_EXPORTER_JAEGER_ENDPOINT';
export const OTEL_EXPORTER_JAEGER_PASSWORD = 'OTEL_EXPORTER_JAEGER_PASSWORD';
export const OTEL_EXPORTER_JAEGER_USER = 'OTEL_EXPORTER_JAEGER_USER';
export const OTEL_EXPORTER_OTLP_CERTIFICATE = 'OTEL_EXPORTER_OTLP_CERTIFICATE';
export const OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE = 'OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE';
export const OTEL_EXPORTER_OTLP_CLIENT_KEY = 'OTEL_EXPORTER_OTLP_CLIENT_KEY';
export const OTEL_EXPORTER_OTLP_COMPRESSION = 'OTEL_EXPORTER_OTLP_COMPRESSION';
export const OTEL_EXPORTER_OTLP_ENDPOINT = 'OTEL_EXPORTER_OTLP_ENDPOINT';
export const OTEL_EXPORTER_OTLP_HEADERS = 'OTEL_EXPORTER_OTLP_HEADERS';
export const OTEL_EXPORTER_OTLP_PROTOCOL = 'OTEL_EXPORTER_OTLP_PROTOCOL';
export const OTEL_EXPORTER_OTLP_TIMEOUT = 'OTEL_EXPORTER_OTLP_TIMEOUT';
export const OTEL_EXPORTER_OTLP_TRACES_CERTIFICATE = 'OTEL_EXPORTER_OTLP_TRACES_CERTIFICATE';
export const OTEL_EXPORTER_OTLP_TRACES_CLIENT_CERTIFICATE = 'OTEL_EXPORTER_OTLP_TRACES_CLIENT_CERTIFICATE';
export const OTEL_EXPORTER_OTLP_TRACES_CLIENT_KEY = 'OTEL_EXPORTER_OTLP_TRACES_CLIENT_KEY';
export const OTEL_EXPORTER_OTLP_TRACES_COMPRESSION = 'OTEL_EXPORTER_OTLP_TRACES_COMPRESSION';
export const OTEL_EXPORTER_OTLP_TRACES_ENDPOINT = 'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT';
export const OTEL_EXPORTER_OTLP_TRACES_HEADERS = 'OTEL_EXPORTER_OTLP_TRACES_HEADERS';
export const OTEL_EXPORTER_OTLP_TRACES_PROTOCOL = 'OTEL_EXPORTER_OTLP_TRACES_PROTOCOL';
export const OTEL_EXPORTER_OTLP_TRACES_TIMEOUT = 'OTEL_EXPORTER_OTLP_TRACES_TIMEOUT';
export const OTEL_LOG_LEVEL = 'OTEL_LOG_LEVEL';
export const OTEL_SDK_DISABLED = 'OTEL_SDK_DISABLED';
export const OTEL_SEMCONV_EXCEPTION_SIGNAL_OPT_IN = 'OTEL_SEMCONV_EXCEPTION_SIGNAL_OPT_IN';
export const OTEL_SERVICE_NAME = 'OTEL_SERVICE_NAME';
export const OTEL_TRACES_EXPORTER = 'OTEL_TRACES_EXPORTER';
export const OTEL_TRACES_SAMPLER = 'OTEL_TRACES_SAMPLER';
export const OTEL_TRACES_SAMPLER_ARG = 'OTEL_TRACES_SAMPLER_ARG';

// Environment variables of Function Compute and of fc-traced
export const FC_ACCOUNT_ID = 'FC_ACCOUNT_ID';
export const FC_CUSTOM_LISTEN_PORT = 'FC_CUSTOM_LISTEN_PORT';
export const FC_FUNCTION_MEMORY_SIZE = 'FC_FUNCTION_MEMORY_SIZE';
export const FC_FUNCTION_NAME = 'FC_FUNCTION_NAME';
export const FC_FUNCTION_VERSION = 'FC_FUNCTION_VERSION';
export const FC_FUNC_CODE_PATH = 'FC_FUNC_CODE_PATH';
export const FC_INSTANCE_ID = 'FC_INSTANCE_ID';
export const FC_QUALIFIER = 'FC_QUALIFIER';
export const FC_REGION = 'FC_REGION';
export const FC_SERVER_PORT = 'FC_SERVER_PORT';
export const FC_VER_ID = 'FC_VER_ID';
export const TRACED_SAMPLE_RATIO = 'TRACED_SAMPLE_RATIO';
export const TRACED_SLOWEST_MODULES = 'TRACED_SLOWEST_MODULES';

/** The name of fc-traced's instrumentation scope. */
export const SCOPE_NAME = 'fc-traced';

/** The version of this package. A test compares it with `package.json`. */
export const VERSION = '0.1.0';
