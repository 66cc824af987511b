// The names of spans, attributes and events. `@opentelemetry/semantic-conventions` is not used: it takes longer to load
// than fc-traced itself, and exports the FaaS names only from its incubating entry point.

// The names of spans
/** Internal: the time before the first invocation of an instance; contains the following spans. */
export const SPAN_COLD_START = 'cold start';
/** Internal: from the start of the process until Node.js can run a program. */
export const SPAN_START_PROCESS = 'start process';
/** Internal: the program's modules; contains the slowest ones with `TRACED_SLOWEST_MODULES`. */
export const SPAN_LOAD_MODULES = 'load modules';
/** Internal: the lifecycle hook `initialize`. */
export const SPAN_INITIALIZE = 'initialize';
/** Internal: the construction of the container and of the singletons. */
export const SPAN_BUILD_CONTAINER = 'build container';
/** Internal: the loading of the SDK and of the exporter. */
export const SPAN_LOAD_TRACING = 'load tracing';
/** Client: the request for which `traceHeaders` or `invokeHeaders` was called. */
export const SPAN_OUTGOING_REQUEST = 'outgoing request';

// fc-traced: counters, reported on the next invocation span
/** Integer, invocation: spans of this instance that were not delivered since the last such report. */
export const ATTR_FC_TRACED_DROPPED_SPANS = 'fc_traced.dropped_spans';
/** Integer, invocation: trace contexts of callers that could not be read since the last such report. */
export const ATTR_FC_TRACED_MALFORMED_CARRIERS = 'fc_traced.malformed_carriers';
/** Integer, invocation: failures of tracing that cost no span, since the last such report. */
export const ATTR_FC_TRACED_TELEMETRY_ERRORS = 'fc_traced.telemetry_errors';

// fc-traced: span events
/** Event, any: the work was still running when its invocation ended. */
export const EVENT_FC_TRACED_ABANDONED = 'fc_traced.abandoned';
/** Event, any: the consumer left early, an `AbortSignal` was aborted, or the client disconnected. */
export const EVENT_FC_TRACED_CANCELLED = 'fc_traced.cancelled';
/** Event, any: an error that `expectedErrors` names, which does not set the status ERROR. */
export const EVENT_FC_TRACED_EXPECTED_ERROR = 'fc_traced.expected_error';

// fc-traced: spans of calls that are cut off
/** Integer, snapshot of an invocation: open spans without a snapshot, because of the limit. */
export const ATTR_FC_TRACED_DROPPED_SNAPSHOTS = 'fc_traced.dropped_snapshots';
/** Number, snapshot: how long the span had been open, in milliseconds. */
export const ATTR_FC_TRACED_OPEN_FOR_MS = 'fc_traced.open_for_ms';
/** Boolean, snapshot: true, because the span had not ended when it was exported. */
export const ATTR_FC_TRACED_SNAPSHOT = 'fc_traced.snapshot';
/** String, snapshot of an invocation: `timeout`, `sigterm`, `uncaught_error` or `exit`. */
export const ATTR_FC_TRACED_SNAPSHOT_REASON = 'fc_traced.snapshot_reason';
/** Boolean, snapshot of an invocation: true shortly before the function's timeout. */
export const ATTR_FC_TRACED_TIMEOUT_IMMINENT = 'fc_traced.timeout_imminent';

// fc-traced: other attributes
/** Integer, batch: producers without a link, because of the limit of links. */
export const ATTR_FC_TRACED_BATCH_DROPPED_LINKS = 'fc_traced.batch.dropped_links';
/** Integer, batch: records that failed. */
export const ATTR_FC_TRACED_BATCH_FAILED = 'fc_traced.batch.failed';
/** Integer, batch: records that were not processed because of an earlier failure. */
export const ATTR_FC_TRACED_BATCH_SKIPPED = 'fc_traced.batch.skipped';
/** Integer, invocation by an asynchronous destination: attempts of the reported call. */
export const ATTR_FC_TRACED_DESTINATION_ATTEMPTS = 'fc_traced.destination.attempts';
/** String, invocation by an asynchronous destination: why FC reports the call. */
export const ATTR_FC_TRACED_DESTINATION_CONDITION = 'fc_traced.destination.condition';
/** String, invocation by an asynchronous destination: request id of the reported call. */
export const ATTR_FC_TRACED_DESTINATION_INVOCATION_ID = 'fc_traced.destination.invocation_id';
/** String, invocation: the rule of `keep` that applied: `error`, `slow`, `cold_start`, `when` or `timeout`. */
export const ATTR_FC_TRACED_KEPT = 'fc_traced.kept';
/** String, link of an invocation: `previous attempt`, or `asynchronous call` whose result the event reports. */
export const ATTR_FC_TRACED_LINK = 'fc_traced.link';
/** Boolean, record: whether RabbitMQ delivers the message again. */
export const ATTR_FC_TRACED_MESSAGE_REDELIVERED = 'fc_traced.message.redelivered';
/** Integer, record: how often RocketMQ delivered the message before. */
export const ATTR_FC_TRACED_MESSAGE_REDELIVERY_COUNT = 'fc_traced.message.redelivery_count';
/** Number, module of a cold start: milliseconds without those of the modules that it requires. */
export const ATTR_FC_TRACED_OWN_MILLISECONDS = 'fc_traced.own_milliseconds';
/** String, event of the same name: what fc-traced could not record, such as an extractor that threw. */
export const ATTR_FC_TRACED_PROBLEM = 'fc_traced.problem';
/** Integer, invocation: the number of the retry of an asynchronous call, from 1. */
export const ATTR_FC_TRACED_RETRY_COUNT = 'fc_traced.retry_count';
/** Integer, method with `countStream`: bytes of the stream. */
export const ATTR_FC_TRACED_STREAM_BYTES = 'fc_traced.stream.bytes';
/** Integer, method with `countStream`: items, or chunks, of the stream. */
export const ATTR_FC_TRACED_STREAM_ITEMS = 'fc_traced.stream.items';

// Resource and FaaS: https://opentelemetry.io/docs/specs/semconv/resource/faas/ and
// https://opentelemetry.io/docs/specs/semconv/faas/faas-spans/
/** String, resource: the id of the function's account. */
export const ATTR_CLOUD_ACCOUNT_ID = 'cloud.account.id';
/** String, resource: `alibaba_cloud_fc`. */
export const ATTR_CLOUD_PLATFORM = 'cloud.platform';
/** String, resource: `alibaba_cloud`. */
export const ATTR_CLOUD_PROVIDER = 'cloud.provider';
/** String, resource: the function's region, such as `cn-hangzhou`. */
export const ATTR_CLOUD_REGION = 'cloud.region';
/** String, resource: the ARN of the function, such as `acs:fc:REGION:ACCOUNT:functions/NAME`. */
export const ATTR_CLOUD_RESOURCE_ID = 'cloud.resource_id';
/** Boolean, invocation and cold start: whether this is the first invocation of the instance. */
export const ATTR_FAAS_COLDSTART = 'faas.coldstart';
/** String, record of a data source: its bucket, table or log store. */
export const ATTR_FAAS_DOCUMENT_COLLECTION = 'faas.document.collection';
/** String, record of a data source: the key of the object, or the path of the file. */
export const ATTR_FAAS_DOCUMENT_NAME = 'faas.document.name';
/** String, record of a data source: `insert`, `edit` or `delete`. */
export const ATTR_FAAS_DOCUMENT_OPERATION = 'faas.document.operation';
/** String, record of a data source: when it changed, in ISO 8601, UTC. */
export const ATTR_FAAS_DOCUMENT_TIME = 'faas.document.time';
/** String, resource: the id of the instance. */
export const ATTR_FAAS_INSTANCE = 'faas.instance';
/** String, invocation: FC's request id. */
export const ATTR_FAAS_INVOCATION_ID = 'faas.invocation_id';
/** Integer, resource: the function's memory in bytes. */
export const ATTR_FAAS_MAX_MEMORY = 'faas.max_memory';
/** String, resource: the name of the function. */
export const ATTR_FAAS_NAME = 'faas.name';
/** String, invocation by a timer: when it was triggered, in ISO 8601, UTC. */
export const ATTR_FAAS_TIME = 'faas.time';
/** String, invocation: `http`, `pubsub`, `datasource`, `timer` or `other`. */
export const ATTR_FAAS_TRIGGER = 'faas.trigger';
/** String, resource: the version or alias of the function. */
export const ATTR_FAAS_VERSION = 'faas.version';
/** String, resource: option `serviceName`, `OTEL_SERVICE_NAME`, or the name of the function. */
export const ATTR_SERVICE_NAME = 'service.name';
/** String, resource: `fc-traced`. */
export const ATTR_TELEMETRY_DISTRO_NAME = 'telemetry.distro.name';
/** String, resource: the version of fc-traced. */
export const ATTR_TELEMETRY_DISTRO_VERSION = 'telemetry.distro.version';

// Errors and exceptions: https://opentelemetry.io/docs/specs/semconv/exceptions/
/** String, span that failed: the class of the error, an HTTP status from 500, or a code of MCP. */
export const ATTR_ERROR_TYPE = 'error.type';
/** String, event `exception`: the message, without known secrets. */
export const ATTR_EXCEPTION_MESSAGE = 'exception.message';
/** String, event `exception`: the stack with those of its causes. */
export const ATTR_EXCEPTION_STACKTRACE = 'exception.stacktrace';
/** String, event `exception`: the class of the error. */
export const ATTR_EXCEPTION_TYPE = 'exception.type';

// HTTP: https://opentelemetry.io/docs/specs/semconv/http/http-spans/
/** String, HTTP request: the first address in `x-forwarded-for`, or the source address that FC passes. */
export const ATTR_CLIENT_ADDRESS = 'client.address';
/** String, HTTP request: the method, `_OTHER` for an unknown one. */
export const ATTR_HTTP_REQUEST_METHOD = 'http.request.method';
/** String, HTTP request: the method, if it is unknown. */
export const ATTR_HTTP_REQUEST_METHOD_ORIGINAL = 'http.request.method_original';
/** Integer, HTTP request: the status of the response. */
export const ATTR_HTTP_RESPONSE_STATUS_CODE = 'http.response.status_code';
/** String, HTTP request: what the option `route` returns. */
export const ATTR_HTTP_ROUTE = 'http.route';
/** String, instrumented library: the path and query of a request; values of secret parameters are replaced. */
export const ATTR_HTTP_TARGET = 'http.target';
/** String, instrumented library: the URL of a request; values of secret parameters are replaced. */
export const ATTR_HTTP_URL = 'http.url';
/** String, MCP message: `http` or `websocket`. */
export const ATTR_NETWORK_PROTOCOL_NAME = 'network.protocol.name';
/** String, HTTP request: the version of HTTP, such as `1.1`. */
export const ATTR_NETWORK_PROTOCOL_VERSION = 'network.protocol.version';
/** String, MCP message: `tcp` or `pipe`. */
export const ATTR_NETWORK_TRANSPORT = 'network.transport';
/** String, HTTP request and MCP message: the host of the server. */
export const ATTR_SERVER_ADDRESS = 'server.address';
/** Integer, HTTP request and MCP message: the port of the server. */
export const ATTR_SERVER_PORT = 'server.port';
/** String, instrumented library: the URL of a request; values of secret parameters are replaced. */
export const ATTR_URL_FULL = 'url.full';
/** String, HTTP request: the path, without secret parts. */
export const ATTR_URL_PATH = 'url.path';
/** String, HTTP request: the query, with `REDACTED` for the values of secret parameters. */
export const ATTR_URL_QUERY = 'url.query';
/** String, HTTP request: `http` or `https`, if it is known. */
export const ATTR_URL_SCHEME = 'url.scheme';
/** String, HTTP request: the header `user-agent`. */
export const ATTR_USER_AGENT_ORIGINAL = 'user_agent.original';

// Messaging: https://opentelemetry.io/docs/specs/semconv/messaging/messaging-spans/
/** Integer, batch: records in the event. */
export const ATTR_MESSAGING_BATCH_MESSAGE_COUNT = 'messaging.batch.message_count';
/** String, batch and record: the topic or queue. */
export const ATTR_MESSAGING_DESTINATION_NAME = 'messaging.destination.name';
/** String, record: the partition. */
export const ATTR_MESSAGING_DESTINATION_PARTITION_ID = 'messaging.destination.partition.id';
/** String, record: the subscription of the SMQ topic. */
export const ATTR_MESSAGING_DESTINATION_SUBSCRIPTION_NAME = 'messaging.destination.subscription.name';
/** Integer, record: the offset in the partition. */
export const ATTR_MESSAGING_KAFKA_OFFSET = 'messaging.kafka.offset';
/** String, record: the id of the message. */
export const ATTR_MESSAGING_MESSAGE_ID = 'messaging.message.id';
/** String, batch and record: `process`. */
export const ATTR_MESSAGING_OPERATION_NAME = 'messaging.operation.name';
/** String, batch and record: `process`. */
export const ATTR_MESSAGING_OPERATION_TYPE = 'messaging.operation.type';
/** Integer, record: the delivery tag. */
export const ATTR_MESSAGING_RABBITMQ_DELIVERY_TAG = 'messaging.rabbitmq.message.delivery_tag';
/** String, record: the routing key. */
export const ATTR_MESSAGING_RABBITMQ_ROUTING_KEY = 'messaging.rabbitmq.destination.routing_key';
/** String[], record: the keys of the message. */
export const ATTR_MESSAGING_ROCKETMQ_MESSAGE_KEYS = 'messaging.rocketmq.message.keys';
/** String, record: the tag of the message. */
export const ATTR_MESSAGING_ROCKETMQ_MESSAGE_TAG = 'messaging.rocketmq.message.tag';
/** String, batch and record: `kafka`, `rocketmq`, `rabbitmq`, `mqtt`, `smq`, `dts` or `eventbridge`. */
export const ATTR_MESSAGING_SYSTEM = 'messaging.system';

// CloudEvents: https://opentelemetry.io/docs/specs/semconv/cloudevents/cloudevents-spans/
/** String, record that is a CloudEvent: `id`. */
export const ATTR_CLOUDEVENTS_EVENT_ID = 'cloudevents.event_id';
/** String, record that is a CloudEvent: `source`. */
export const ATTR_CLOUDEVENTS_EVENT_SOURCE = 'cloudevents.event_source';
/** String, record that is a CloudEvent: `specversion`. */
export const ATTR_CLOUDEVENTS_EVENT_SPEC_VERSION = 'cloudevents.event_spec_version';
/** String, record that is a CloudEvent: `subject`. */
export const ATTR_CLOUDEVENTS_EVENT_SUBJECT = 'cloudevents.event_subject';
/** String, record that is a CloudEvent: `type`. */
export const ATTR_CLOUDEVENTS_EVENT_TYPE = 'cloudevents.event_type';

// MCP: https://opentelemetry.io/docs/specs/semconv/gen-ai/mcp/
/** String, MCP tool call: `execute_tool`. */
export const ATTR_GEN_AI_OPERATION_NAME = 'gen_ai.operation.name';
/** String, MCP prompt: its name. */
export const ATTR_GEN_AI_PROMPT_NAME = 'gen_ai.prompt.name';
/** String, MCP tool call with `toolArguments`: the arguments, as JSON. */
export const ATTR_GEN_AI_TOOL_CALL_ARGUMENTS = 'gen_ai.tool.call.arguments';
/** String, MCP tool call with `toolResults`: the result, as JSON. */
export const ATTR_GEN_AI_TOOL_CALL_RESULT = 'gen_ai.tool.call.result';
/** String, MCP tool call: the name of the tool. */
export const ATTR_GEN_AI_TOOL_NAME = 'gen_ai.tool.name';
/** String, MCP request: the id of the request. */
export const ATTR_JSONRPC_REQUEST_ID = 'jsonrpc.request.id';
/** String, MCP message: the method, such as `tools/call`. */
export const ATTR_MCP_METHOD_NAME = 'mcp.method.name';
/** String, MCP message: the negotiated version of the protocol. */
export const ATTR_MCP_PROTOCOL_VERSION = 'mcp.protocol.version';
/** String, MCP resource: the URI, with `REDACTED` for secrets. */
export const ATTR_MCP_RESOURCE_URI = 'mcp.resource.uri';
/** String, MCP message: the id of the session. */
export const ATTR_MCP_SESSION_ID = 'mcp.session.id';
/** String, MCP request that failed: the code of the JSON-RPC error. */
export const ATTR_RPC_RESPONSE_STATUS_CODE = 'rpc.response.status_code';

// Databases and sessions
/** String, instrumented library: the address of a database; its password is replaced. */
export const ATTR_DB_CONNECTION_STRING = 'db.connection_string';
/** String, instrumented library: the query, without values. */
export const ATTR_DB_QUERY_TEXT = 'db.query.text';
/** String, yours or of a library: the id of a session; it is no secret. */
export const ATTR_SESSION_ID = 'session.id';
/** String, yours or of a library: the id of the previous session; it is no secret. */
export const ATTR_SESSION_PREVIOUS_ID = 'session.previous_id';

/** The name of fc-traced's instrumentation scope. */
export const SCOPE_NAME = 'fc-traced';

/** The version of this package. A test compares it with `package.json`. */
export const VERSION = '0.1.0';
