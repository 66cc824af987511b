import generated = require('otlp-transformer-decoder/build/src/generated/root');
import type { ViewerLog, ViewerSpan } from './model/span';
import { logsOfRequest, spansOfRequest } from './otlp-records';

interface ProtobufType {
  decode(body: Uint8Array): object;
  toObject(message: object, options: { longs: StringConstructor }): unknown;
}

// The decoder is an older release of OpenTelemetry's own transformer; the current one can only write protobuf. The
// package has no types for its messages.
const { trace, logs } = (
  generated as unknown as {
    opentelemetry: {
      proto: {
        collector: {
          trace: { v1: { ExportTraceServiceRequest: ProtobufType } };
          logs: { v1: { ExportLogsServiceRequest: ProtobufType } };
        };
      };
    };
  }
).opentelemetry.proto.collector;

function decodeProtobuf(type: ProtobufType, body: Buffer): unknown {
  return type.toObject(type.decode(body), { longs: String });
}

/** Decodes an OTLP/HTTP body in protobuf. Throws when it is malformed. */
export function decodeOtlpProtobuf(body: Buffer): ViewerSpan[] {
  return spansOfRequest(decodeProtobuf(trace.v1.ExportTraceServiceRequest, body));
}

/** Decodes an OTLP/HTTP body in JSON. Throws when it is malformed. */
export function decodeOtlpJson(body: Buffer): ViewerSpan[] {
  return spansOfRequest(JSON.parse(body.toString('utf8')));
}

/** Decodes the log records of an OTLP/HTTP body in protobuf. Throws when it is malformed. */
export function decodeOtlpLogsProtobuf(body: Buffer): ViewerLog[] {
  return logsOfRequest(decodeProtobuf(logs.v1.ExportLogsServiceRequest, body));
}

/** Decodes the log records of an OTLP/HTTP body in JSON. Throws when it is malformed. */
export function decodeOtlpLogsJson(body: Buffer): ViewerLog[] {
  return logsOfRequest(JSON.parse(body.toString('utf8')));
}
