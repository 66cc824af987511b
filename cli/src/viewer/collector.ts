import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { SpanRecord } from 'fc-traced/testing';
import { decodeJaegerThrift } from './jaeger-thrift';
import { decodeOtlpJson } from './otlp-json';
import { decodeOtlpProtobuf } from './otlp-protobuf';
import { readBody } from './request-body';
import { SpanStore } from './span-store';
import type { SpanPredicate } from './span-store';

/** How many requests came, by what they turned out to be. */
export interface RequestCounts {
  jaeger: number;
  otlp: number;
  /** Not decodable, or sent to a path that takes no traces. */
  rejected: number;
}

/** A running collector. */
export interface Collector {
  readonly url: string;
  /** Where a Jaeger exporter sends: thrift over HTTP. */
  readonly jaegerEndpoint: string;
  /** Where an OTLP exporter sends: protobuf or JSON over HTTP. */
  readonly otlpEndpoint: string;
  readonly requests: Readonly<RequestCounts>;
  /** All spans that arrived, in order of arrival. */
  spans(): readonly SpanRecord[];
  /** Resolves to all spans once the predicate holds for them; rejects after `milliseconds` (default 5000). */
  waitFor(predicate: SpanPredicate, milliseconds?: number): Promise<readonly SpanRecord[]>;
  /** Forgets spans and counts. */
  clear(): void;
  close(): Promise<void>;
}

// Alibaba Cloud's Managed Service for OpenTelemetry puts a token before the path: /adapt_<token>/api/traces.
const JAEGER_PATH = /^(\/adapt_[^/]+)?\/api\/traces$/;
const OTLP_PATH = /^((\/adapt_[^/]+)?\/api\/otlp\/traces|\/v1\/traces)$/;

type Protocol = 'jaeger' | 'otlp';

function protocolOf(request: IncomingMessage): Protocol | undefined {
  const path = (request.url ?? '').split('?', 1)[0] ?? '';
  if (request.method !== 'POST') return undefined;
  return JAEGER_PATH.test(path) ? 'jaeger' : OTLP_PATH.test(path) ? 'otlp' : undefined;
}

function isJson(request: IncomingMessage): boolean {
  return (request.headers['content-type'] ?? '').startsWith('application/json');
}

function decode(protocol: Protocol, request: IncomingMessage, body: Buffer): SpanRecord[] {
  if (protocol === 'jaeger') return decodeJaegerThrift(body);
  return isJson(request) ? decodeOtlpJson(body) : decodeOtlpProtobuf(body);
}

function accept(protocol: Protocol, request: IncomingMessage, response: ServerResponse): void {
  if (protocol === 'jaeger') response.writeHead(202).end();
  // An empty ExportTraceServiceResponse is no bytes at all in protobuf.
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
      response.writeHead(404).end('traces are taken at POST /api/traces (Jaeger thrift) and POST /v1/traces (OTLP)\n');
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

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}

/**
 * Starts a collector on the loopback interface that reads what real exporters send: Jaeger thrift and OTLP
 * (protobuf, JSON, gzip). `port` 0, the default, takes any free one. What cannot be read is answered with 400 and counted.
 */
export async function startCollector(options: { readonly port?: number } = {}): Promise<Collector> {
  const store = new SpanStore();
  const counts: RequestCounts = { jaeger: 0, otlp: 0, rejected: 0 };
  const server = createServer((request, response) => void receive(request, response, store, counts));
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(options.port ?? 0, '127.0.0.1', resolve);
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
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
    close: () => close(server),
  };
}
