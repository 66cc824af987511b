// The names of environment variables.

// OpenTelemetry: https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/
/** URL for Jaeger thrift. */
export const OTEL_EXPORTER_JAEGER_ENDPOINT = 'OTEL_EXPORTER_JAEGER_ENDPOINT';
/** Password for a Jaeger endpoint whose URL has none. */
export const OTEL_EXPORTER_JAEGER_PASSWORD = 'OTEL_EXPORTER_JAEGER_PASSWORD';
/** User name for a Jaeger endpoint whose URL has none. */
export const OTEL_EXPORTER_JAEGER_USER = 'OTEL_EXPORTER_JAEGER_USER';
/** Path of a PEM file: the certificates with which an `https` endpoint is verified. */
export const OTEL_EXPORTER_OTLP_CERTIFICATE = 'OTEL_EXPORTER_OTLP_CERTIFICATE';
/** Path of a PEM file: the certificate of the function for an `https` endpoint. */
export const OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE = 'OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE';
/** Path of a PEM file: the key of that certificate. */
export const OTEL_EXPORTER_OTLP_CLIENT_KEY = 'OTEL_EXPORTER_OTLP_CLIENT_KEY';
/** `gzip` or `none`: whether OTLP requests are compressed; default: `none`. */
export const OTEL_EXPORTER_OTLP_COMPRESSION = 'OTEL_EXPORTER_OTLP_COMPRESSION';
/** Base URL for OTLP; `v1/traces` is appended. */
export const OTEL_EXPORTER_OTLP_ENDPOINT = 'OTEL_EXPORTER_OTLP_ENDPOINT';
/** HTTP headers of OTLP exports, as `key=value,key=value`; the option `headers` takes precedence. */
export const OTEL_EXPORTER_OTLP_HEADERS = 'OTEL_EXPORTER_OTLP_HEADERS';
/** `http/protobuf`; any other value is logged and ignored. */
export const OTEL_EXPORTER_OTLP_PROTOCOL = 'OTEL_EXPORTER_OTLP_PROTOCOL';
/** Timeout of an export, in milliseconds; the option `exportTimeoutMillis` takes precedence. */
export const OTEL_EXPORTER_OTLP_TIMEOUT = 'OTEL_EXPORTER_OTLP_TIMEOUT';
export const OTEL_EXPORTER_OTLP_TRACES_CERTIFICATE = 'OTEL_EXPORTER_OTLP_TRACES_CERTIFICATE';
export const OTEL_EXPORTER_OTLP_TRACES_CLIENT_CERTIFICATE = 'OTEL_EXPORTER_OTLP_TRACES_CLIENT_CERTIFICATE';
export const OTEL_EXPORTER_OTLP_TRACES_CLIENT_KEY = 'OTEL_EXPORTER_OTLP_TRACES_CLIENT_KEY';
export const OTEL_EXPORTER_OTLP_TRACES_COMPRESSION = 'OTEL_EXPORTER_OTLP_TRACES_COMPRESSION';
/** URL for OTLP, used unchanged; takes precedence over `OTEL_EXPORTER_OTLP_ENDPOINT`. */
export const OTEL_EXPORTER_OTLP_TRACES_ENDPOINT = 'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT';
export const OTEL_EXPORTER_OTLP_TRACES_HEADERS = 'OTEL_EXPORTER_OTLP_TRACES_HEADERS';
export const OTEL_EXPORTER_OTLP_TRACES_PROTOCOL = 'OTEL_EXPORTER_OTLP_TRACES_PROTOCOL';
export const OTEL_EXPORTER_OTLP_TRACES_TIMEOUT = 'OTEL_EXPORTER_OTLP_TRACES_TIMEOUT';
/** `none`, `error`, `warn`, `info`, `debug`, `verbose` or `all`: prints the log of OpenTelemetry and fc-traced. */
export const OTEL_LOG_LEVEL = 'OTEL_LOG_LEVEL';
/** `true`: nothing is recorded; default: `false`. */
export const OTEL_SDK_DISABLED = 'OTEL_SDK_DISABLED';
/** `logs`: exceptions are log records; `logs/dup`: also events; default: events. */
export const OTEL_SEMCONV_EXCEPTION_SIGNAL_OPT_IN = 'OTEL_SEMCONV_EXCEPTION_SIGNAL_OPT_IN';
/** Attribute `service.name` of the resource; the option `serviceName` takes precedence. */
export const OTEL_SERVICE_NAME = 'OTEL_SERVICE_NAME';
/** `otlp`, `jaeger`, or `none`: endpoints in the environment and in FC's context are ignored. */
export const OTEL_TRACES_EXPORTER = 'OTEL_TRACES_EXPORTER';
/** `always_on`, `always_off` or `traceidratio`, also with `parentbased_`; default: `always_on`. */
export const OTEL_TRACES_SAMPLER = 'OTEL_TRACES_SAMPLER';
/** Ratio of `traceidratio`, 0 to 1; default: 1. */
export const OTEL_TRACES_SAMPLER_ARG = 'OTEL_TRACES_SAMPLER_ARG';

// Function Compute and fc-traced
/** Id of the account, if FC's context has none. */
export const FC_ACCOUNT_ID = 'FC_ACCOUNT_ID';
/** Port of a custom runtime, 0 to 65535; default: 9000. */
export const FC_CUSTOM_LISTEN_PORT = 'FC_CUSTOM_LISTEN_PORT';
/** Memory of the function in MB, if FC's context has none. */
export const FC_FUNCTION_MEMORY_SIZE = 'FC_FUNCTION_MEMORY_SIZE';
/** Name of the function, if FC's context has none. */
export const FC_FUNCTION_NAME = 'FC_FUNCTION_NAME';
/** Version of the function, if FC's context has none. */
export const FC_FUNCTION_VERSION = 'FC_FUNCTION_VERSION';
/** Folder of the code; the paths of slow modules are relative to it. */
export const FC_FUNC_CODE_PATH = 'FC_FUNC_CODE_PATH';
/** Id of the instance. */
export const FC_INSTANCE_ID = 'FC_INSTANCE_ID';
/** Alias of the function, if FC's context has none. */
export const FC_QUALIFIER = 'FC_QUALIFIER';
/** Region of the function, if FC's context has none. */
export const FC_REGION = 'FC_REGION';
/** Port of a custom runtime, 0 to 65535; takes precedence over `FC_CUSTOM_LISTEN_PORT`. */
export const FC_SERVER_PORT = 'FC_SERVER_PORT';
/** Version of the function, if `FC_FUNCTION_VERSION` is not set. */
export const FC_VER_ID = 'FC_VER_ID';
/** Ratio of new traces, 0 to 1, such as `0.1`, or by trigger, such as `http=0.1,default=0.5`; default: 1. */
export const TRACED_SAMPLE_RATIO = 'TRACED_SAMPLE_RATIO';
/** 0 to 100: how many of the slowest modules the trace of a cold start shows; default: 0. */
export const TRACED_SLOWEST_MODULES = 'TRACED_SLOWEST_MODULES';
