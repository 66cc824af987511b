import { createServer as createHttpServer } from 'node:http';
import { createServer } from 'node:net';
import type { Server, Socket } from 'node:net';
import { listenOnLoopback } from '../../cli/src/loopback';
import { Exchange } from './exchange';
import type { Protocol } from './exchange';
import type { Fault, FaultBehaviour } from './fault';
import { Ledger } from './ledger';

/** A collector that fails in a given way, or is healthy. */
export interface FaultyCollector {
  readonly ledger: Ledger;
  /** The number of requests whose headers were read, and of connections that were accepted and that are open. */
  readonly counts: { requests: number; connections: number; open: number };
  /** The endpoint for an exporter, which depends on the fault for those that concern host names and TLS. */
  endpoint(protocol: Protocol, fault?: Fault): string;
  /** Closes all connections and starts a fault. `timeoutMillis` is the exporter's timeout. */
  fail(fault: Fault, timeoutMillis: number): Promise<void>;
  /** Ends a fault. `resets`: closes all connections, as a restart does; otherwise requests that hang go on to hang. */
  recover(resets?: boolean): Promise<void>;
  close(): void;
}

const HEALTHY: FaultBehaviour = {};

/** Starts a collector for Jaeger thrift over HTTP and OTLP/HTTP on the loopback interface. It is healthy at first. */
export async function startFaultyCollector(): Promise<FaultyCollector> {
  const ledger = new Ledger();
  const counts = { requests: 0, connections: 0, open: 0 };
  const sockets = new Set<Socket>();
  let behaviour = HEALTHY;

  const http = createHttpServer((request, response) => {
    counts.requests += 1;
    const { answer = (exchange: Exchange) => exchange.accept() } = behaviour;
    const exchange = new Exchange(request, response, ledger);
    // A sender that closes the connection is not an error of the collector.
    void (async () => answer(exchange))().catch(() => request.socket.destroy());
  });
  http.keepAliveTimeout = 60_000;

  const accept = (socket: Socket): void => {
    counts.connections += 1;
    counts.open += 1;
    sockets.add(socket);
    socket
      .on('error', () => {})
      .once('close', () => {
        counts.open -= 1;
        sockets.delete(socket);
      });
    const speakHttp = (): void => void http.emit('connection', socket);
    if (behaviour.connect === undefined) speakHttp();
    else behaviour.connect(socket, speakHttp);
  };

  let server: Server | undefined;
  let port = 0;
  const listen = async (): Promise<void> => {
    if (server !== undefined) return;
    server = createServer({ allowHalfOpen: true, noDelay: true }, accept);
    port = await listenOnLoopback(server, port);
  };
  const closeConnections = (): void => sockets.forEach((socket) => socket.destroy());
  const stopListening = (): void => {
    server?.close();
    server = undefined;
  };
  await listen();
  const origin = `http://127.0.0.1:${port}`;

  return {
    ledger,
    counts,
    endpoint: (protocol, fault) =>
      `${fault?.endpoint?.(origin) ?? origin}${protocol === 'jaeger' ? '/api/traces' : '/v1/traces'}`,
    fail: async (fault, timeoutMillis) => {
      closeConnections();
      behaviour = fault.start(timeoutMillis);
      if (fault.refusesConnections === true) stopListening();
      else await listen();
    },
    recover: async (resets = false) => {
      behaviour = HEALTHY;
      if (resets) closeConnections();
      await listen();
    },
    close() {
      stopListening();
      closeConnections();
    },
  };
}
