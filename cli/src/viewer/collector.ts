import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { SpanRecord } from 'fc-traced/testing';
import { closeServer, listenOnLoopback } from '../loopback';
import { acceptIntake, decodeIntake, intakeOf, readBody } from './intake';
import { SpanStore } from './span-store';
import type { SpanPredicate } from './span-store';

export { readBody } from './intake';

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

async function receive(
  request: IncomingMessage,
  response: ServerResponse,
  store: SpanStore,
  counts: RequestCounts,
): Promise<void> {
  try {
    const protocol = intakeOf(request);
    const body = await readBody(request);
    if (protocol !== 'jaeger' && protocol !== 'otlp') {
      counts.rejected += 1;
      response.writeHead(404).end('send traces to POST /api/traces (Jaeger thrift) or POST /v1/traces (OTLP)\n');
      return;
    }
    const { spans } = decodeIntake(protocol, request, body);
    counts[protocol] += 1;
    store.add(spans);
    acceptIntake(protocol, request, response);
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
