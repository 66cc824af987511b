import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import type { SpanRecord } from 'fc-traced/testing';
import { closeServer, listenOnLoopback } from '../loopback';
import { decodeJaegerThrift } from './jaeger-thrift';
import { decodeOtlpJson, decodeOtlpProtobuf } from './otlp';
import { SpanStore } from './span-store';
import type { SpanPredicate } from './span-store';

/** How many requests arrived, by their kind. */
export interface RequestCounts {
  jaeger: number;
  otlp: number;
  /** Requests that could not be decoded, or that were sent to a path that accepts no traces. */
  rejected: number;
}

/** A running collector. */
export interface Collector {
  readonly url: string;
  /** The endpoint for a Jaeger exporter: thrift over HTTP. */
  readonly jaegerEndpoint: string;
  /** The endpoint for an OTLP exporter: protobuf or JSON over HTTP. */
  readonly otlpEndpoint: string;
  readonly requests: Readonly<RequestCounts>;
  /** All spans, in order of arrival. */
  spans(): readonly SpanRecord[];
  /** Resolves to all spans as soon as the predicate holds. Rejects after `milliseconds`, by default 5000. */
  waitFor(predicate: SpanPredicate, milliseconds?: number): Promise<readonly SpanRecord[]>;
  /** Removes all spans and resets the counts. */
  clear(): void;
  close(): Promise<void>;
}

// Alibaba Cloud's Managed Service for OpenTelemetry puts a token before the path: /adapt_<token>/api/traces.
const JAEGER_PATH = /^(\/adapt_[^/]+)?\/api\/traces$/;
const OTLP_PATH = /^((\/adapt_[^/]+)?\/api\/otlp\/traces|\/v1\/traces)$/;

// Exporters send a few megabytes at a time at most.
const MAX_BODY_BYTES = 32 * 1024 * 1024;
const unzip = promisify(gunzip);

type Protocol = 'jaeger' | 'otlp';

function protocolOf(request: IncomingMessage): Protocol | undefined {
  const path = (request.url ?? '').split('?', 1)[0] ?? '';
  if (request.method !== 'POST') return undefined;
  return JAEGER_PATH.test(path) ? 'jaeger' : OTLP_PATH.test(path) ? 'otlp' : undefined;
}

function isJson(request: IncomingMessage): boolean {
  return (request.headers['content-type'] ?? '').startsWith('application/json');
}

/** Reads the body of a request and decompresses it. Rejects when it is too large, cut off or not valid gzip. */
export async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MAX_BODY_BYTES) throw new RangeError('the request body is too large');
    chunks.push(chunk);
  }
  const body = Buffer.concat(chunks);
  return request.headers['content-encoding'] === 'gzip' ? unzip(body, { maxOutputLength: MAX_BODY_BYTES }) : body;
}

function decode(protocol: Protocol, request: IncomingMessage, body: Buffer): SpanRecord[] {
  if (protocol === 'jaeger') return decodeJaegerThrift(body);
  return isJson(request) ? decodeOtlpJson(body) : decodeOtlpProtobuf(body);
}

function accept(protocol: Protocol, request: IncomingMessage, response: ServerResponse): void {
  if (protocol === 'jaeger') response.writeHead(202).end();
  // In protobuf, an empty ExportTraceServiceResponse has no bytes.
  else if (isJson(request)) response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
  else response.writeHead(200, { 'content-type': 'application/x-protobuf' }).end();
}

async function receive(
  request: IncomingMessage,
  response: ServerResponse,
  store: SpanStore,
  counts: RequestCounts,
): Promise<void> {
  try {
    const protocol = protocolOf(request);
    const body = await readBody(request);
    if (protocol === undefined) {
      counts.rejected += 1;
      response.writeHead(404).end('send traces to POST /api/traces (Jaeger thrift) or POST /v1/traces (OTLP)\n');
      return;
    }
    const spans = decode(protocol, request, body);
    counts[protocol] += 1;
    store.add(spans);
    accept(protocol, request, response);
  } catch (error) {
    counts.rejected += 1;
    response
      .writeHead(400, { connection: 'close' })
      .end(`${error instanceof Error ? error.message : 'not decodable'}\n`);
  }
}

/**
 * Starts a collector on the loopback interface that accepts what real exporters send: Jaeger thrift and OTLP (protobuf,
 * JSON, gzip). `port` 0, the default, is any free port. Malformed requests get the status 400 and are counted.
 */
export async function startCollector(options: { readonly port?: number } = {}): Promise<Collector> {
  const store = new SpanStore();
  const counts: RequestCounts = { jaeger: 0, otlp: 0, rejected: 0 };
  const server = createServer((request, response) => void receive(request, response, store, counts));
  const url = `http://127.0.0.1:${await listenOnLoopback(server, options.port)}`;
  return {
    url,
    jaegerEndpoint: `${url}/api/traces`,
    otlpEndpoint: `${url}/v1/traces`,
    requests: counts,
    spans: () => store.all(),
    waitFor: (predicate, milliseconds = 5000) => store.waitFor(predicate, milliseconds),
    clear: () => {
      store.clear();
      Object.assign(counts, { jaeger: 0, otlp: 0, rejected: 0 });
    },
    close: () => closeServer(server),
  };
}
