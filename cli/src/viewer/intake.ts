import type { IncomingMessage, ServerResponse } from 'node:http';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { decodeJaegerThrift } from './jaeger-thrift';
import type { TraceData } from './model/span';
import { decodeOtlpJson, decodeOtlpLogsJson, decodeOtlpLogsProtobuf, decodeOtlpProtobuf } from './otlp';

/** The kinds of requests that exporters send. Metrics are accepted and ignored, so that exporters report no errors. */
export type Intake = 'jaeger' | 'otlp' | 'logs' | 'metrics';

// Alibaba Cloud's Managed Service for OpenTelemetry puts a token before the path: /adapt_<token>/api/traces.
const PATHS: readonly [Intake, RegExp][] = [
  ['jaeger', /^(\/adapt_[^/]+)?\/api\/traces$/],
  ['otlp', /^((\/adapt_[^/]+)?\/api\/otlp\/traces|\/v1\/traces)$/],
  ['logs', /^\/v1\/logs$/],
  ['metrics', /^\/v1\/metrics$/],
];

// Exporters send a few megabytes at a time at most.
const MAX_BODY_BYTES = 32 * 1024 * 1024;
const unzip = promisify(gunzip);

/** Which kind of exporter's request this is. `undefined` for any other request. */
export function intakeOf(request: IncomingMessage): Intake | undefined {
  if (request.method !== 'POST') return undefined;
  const path = (request.url ?? '').split('?', 1)[0] ?? '';
  return PATHS.find(([, pattern]) => pattern.test(path))?.[0];
}

function isJson(request: IncomingMessage): boolean {
  return (request.headers['content-type'] ?? '').startsWith('application/json');
}

/** Reads the body of a request and decompresses it. Rejects when it is too large, cut off or not valid gzip. */
export async function readBody(request: IncomingMessage, maxBytes = MAX_BODY_BYTES): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > maxBytes) throw new RangeError('the request body is too large');
    chunks.push(chunk);
  }
  const body = Buffer.concat(chunks);
  return request.headers['content-encoding'] === 'gzip' ? unzip(body, { maxOutputLength: maxBytes }) : body;
}

/** Decodes the body of an exporter's request. Throws when it is malformed. */
export function decodeIntake(intake: Intake, request: IncomingMessage, body: Buffer): TraceData {
  if (intake === 'metrics') return { spans: [] };
  if (intake === 'jaeger') return { spans: decodeJaegerThrift(body) };
  if (intake === 'logs') {
    return { spans: [], logs: isJson(request) ? decodeOtlpLogsJson(body) : decodeOtlpLogsProtobuf(body) };
  }
  return { spans: isJson(request) ? decodeOtlpJson(body) : decodeOtlpProtobuf(body) };
}

/** Answers an exporter's request that was accepted. */
export function acceptIntake(intake: Intake, request: IncomingMessage, response: ServerResponse): void {
  if (intake === 'jaeger') response.writeHead(202).end();
  // In protobuf, an empty ExportTraceServiceResponse has no bytes.
  else if (isJson(request)) response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
  else response.writeHead(200, { 'content-type': 'application/x-protobuf' }).end();
}
