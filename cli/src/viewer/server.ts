import { createServer } from 'node:http';
import { closeServer, listenOnLoopback } from '../loopback';
import { FileStore } from './file-store';
import { LiveEvents } from './live-events';
import type { TraceData } from './model/span';
import { refusalOf, SECURITY_HEADERS } from './request-guard';
import { answer } from './routes';
import { DEFAULT_MAX_BYTES, TraceStore } from './trace-store';

/** Options of the viewer. */
export interface ViewerOptions {
  /** The port. 0, the default, is any free port. */
  readonly port?: number;
  /** The viewer listens on the loopback interface only. */
  readonly host?: '127.0.0.1';
  /** How much memory the stored traces may need, in bytes. Default 256 MiB. The oldest traces are removed first. */
  readonly maxBytes?: number;
  /** A file in which the traces are kept, as OTLP JSON lines. Default: none. */
  readonly store?: string;
}

/** A running viewer. */
export interface Viewer {
  readonly url: string;
  /** The endpoint for an OTLP exporter: protobuf or JSON over HTTP. */
  readonly otlpEndpoint: string;
  /** The endpoint for a Jaeger exporter: thrift over HTTP. */
  readonly jaegerEndpoint: string;
  /** The traces. `traces.subscribe` reports each arrival. */
  readonly traces: TraceStore;
  /** Adds spans and log records that arrive by other ways than HTTP. */
  add(data: TraceData): void;
  /** The address of the page of a trace. */
  tracesUrl(traceId: string): string;
  close(): Promise<void>;
}

/**
 * Starts the viewer on the loopback interface: it receives traces from any OpenTelemetry program, and serves the page
 * that shows them. Rejects if the port is in use or the file cannot be opened.
 */
export async function startViewer(options: ViewerOptions = {}): Promise<Viewer> {
  const { maxBytes = DEFAULT_MAX_BYTES } = options;
  const traces = new TraceStore(maxBytes);
  const file = options.store === undefined ? undefined : new FileStore(options.store, traces, maxBytes);
  const live = new LiveEvents(traces);
  const receive = (data: TraceData): void => {
    traces.add(data);
    file?.append(data);
  };
  const server = createServer((request, response) => {
    for (const [name, value] of Object.entries(SECURITY_HEADERS)) response.setHeader(name, value);
    const refusal = refusalOf(request);
    if (refusal === undefined) void answer({ store: traces, live, receive }, request, response);
    else response.writeHead(403, { connection: 'close' }).end(`${refusal}\n`);
  });
  const url = `http://127.0.0.1:${await listenOnLoopback(server, options.port)}`;
  return {
    url,
    otlpEndpoint: `${url}/v1/traces`,
    jaegerEndpoint: `${url}/api/traces`,
    traces,
    add: receive,
    tracesUrl: (traceId) => `${url}/#/trace/${traceId}`,
    close: async () => {
      live.close();
      await closeServer(server);
      file?.close();
    },
  };
}
