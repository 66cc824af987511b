import generated = require('otlp-transformer-decoder/build/src/generated/root');
import type { SpanRecord } from 'fc-traced/testing';
import { spansOfRequest } from './otlp';

interface RequestType {
  decode(body: Uint8Array): object;
  toObject(message: object, options: { longs: StringConstructor }): unknown;
}

// The decoder is an older release of OpenTelemetry's own transformer: the newest one writes protobuf by hand and cannot
// read it. It comes without types for its messages.
const { ExportTraceServiceRequest } = (
  generated as unknown as {
    opentelemetry: { proto: { collector: { trace: { v1: { ExportTraceServiceRequest: RequestType } } } } };
  }
).opentelemetry.proto.collector.trace.v1;

/** Reads an OTLP/HTTP protobuf body. Throws when it is not one. */
export function decodeOtlpProtobuf(body: Buffer): SpanRecord[] {
  return spansOfRequest(ExportTraceServiceRequest.toObject(ExportTraceServiceRequest.decode(body), { longs: String }));
}
