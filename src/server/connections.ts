import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { Server as NetServer } from 'node:net';
import type { Socket } from 'node:net';
import { settledWithin } from '../tracing/telemetry/shared-flush';

/** Those that wait for a connection's end on behalf of responses that have no connection yet. */
const waiting = new WeakMap<Socket, Set<() => void>>();

function waitersOf(socket: Socket): Set<() => void> {
  const known = waiting.get(socket);
  if (known !== undefined) return known;
  const made = new Set<() => void>();
  waiting.set(socket, made);
  // One listener a connection, however many requests are queued on it.
  socket.once('close', () => made.forEach((waiter) => waiter()));
  return made;
}

/**
 * Calls back once when a response is over or its connection gone. A response to a pipelined request has no connection while the one
 * before is under way, and Node.js never tells it that the client left.
 */
export function whenClosed(request: IncomingMessage, response: ServerResponse, callback: () => void): void {
  response.once('close', callback);
  if (response.socket !== null) return;
  const waiters = waitersOf(request.socket);
  waiters.add(callback);
  response.once('socket', () => waiters.delete(callback));
}

/** What requests that were broken off get to put their things away, their traces delivered. */
const CLEANUP_MILLIS = 2_000;

/** The connections of a server, the responses under way on each, and the work behind them. */
export class Connections {
  private readonly open = new Map<Socket, Set<ServerResponse>>();
  private readonly running = new Set<Promise<void>>();
  private isClosing = false;

  constructor(private readonly server: Server) {
    server.on('connection', (socket: Socket) => {
      this.open.set(socket, new Set());
      socket.once('close', () => this.open.delete(socket));
    });
  }

  /** Takes note of a request; `work` settles when nothing is left to do for it. */
  add(request: IncomingMessage, response: ServerResponse, work: Promise<void>): void {
    this.running.add(work);
    void work.finally(() => this.running.delete(work));
    const { socket } = request;
    const responses = this.open.get(socket);
    if (responses === undefined) return;
    responses.add(response);
    if (this.isClosing) announceEnd(response);
    whenClosed(request, response, () => {
      responses.delete(response);
      if (this.isClosing && responses.size === 0) socket.destroySoon();
    });
  }

  /** Takes no more connections, and ends each when its last response is through; after `timeoutMillis` breaks off what is left. */
  async close(timeoutMillis: number): Promise<void> {
    this.isClosing = true;
    // Not Node's `close` for HTTP, which breaks off responses that are ended but not yet read to their end.
    const closed = new Promise<void>((resolve) => NetServer.prototype.close.call(this.server, () => resolve()));
    for (const [socket, responses] of this.open) {
      const last = [...responses].at(-1);
      if (last === undefined) socket.destroySoon();
      else announceEnd(last);
    }
    await settledWithin(closed, timeoutMillis);
    this.server.closeAllConnections();
    await settledWithin(Promise.allSettled(this.running), CLEANUP_MILLIS);
  }
}

/** Tells the client that its next request needs another connection. */
function announceEnd(response: ServerResponse): void {
  response.shouldKeepAlive = false;
}

/** Lets running requests end, for at most `timeoutMillis`, closes the server, and delivers what is left. */
export async function shutDown(
  connections: Connections,
  timeoutMillis: number,
  flush: () => Promise<void>,
): Promise<void> {
  await connections.close(timeoutMillis);
  await flush();
}

/** How servers of one process know each other's listeners, those of another copy of this package among them. */
const BRAND = Symbol.for('fc-traced SIGTERM');

function isOurs(listener: unknown): boolean {
  return typeof listener === 'function' && BRAND in listener;
}

/** Shuts a server down when FC says that the instance goes away; the last one ends the process, unless the program has a listener for that of its own. */
export function onSigterm(stop: () => Promise<void>): () => void {
  const listener = Object.assign(
    (): void => {
      const isAlone = process.listeners('SIGTERM').every(isOurs);
      void stop().then(() => {
        process.off('SIGTERM', listener);
        if (isAlone && !process.listeners('SIGTERM').some(isOurs)) process.exit(0);
      });
    },
    { [BRAND]: true },
  );
  process.on('SIGTERM', listener);
  return () => process.off('SIGTERM', listener);
}
