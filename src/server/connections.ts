import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { Server as NetServer } from 'node:net';
import type { Socket } from 'node:net';
import { settledWithin } from '../tracing/telemetry/shared-flush';

/** Listeners for the end of a connection, on behalf of responses that it has not been assigned to yet. */
const closeListeners = new WeakMap<Socket, Set<() => void>>();

function closeListenersOf(socket: Socket): Set<() => void> {
  const existing = closeListeners.get(socket);
  if (existing !== undefined) return existing;
  const listeners = new Set<() => void>();
  closeListeners.set(socket, listeners);
  // One event listener per connection, even if many requests are queued on it.
  socket.once('close', () => listeners.forEach((listener) => listener()));
  return listeners;
}

/**
 * Calls `callback` when a response is complete or its connection is closed. The response to a pipelined request has no
 * connection while an earlier response is in progress, and Node.js does not notify it if the client disconnects.
 */
export function whenClosed(request: IncomingMessage, response: ServerResponse, callback: () => void): void {
  if (response.socket !== null) {
    // It is emitted once. `once` would allocate a wrapper.
    response.on('close', callback);
    return;
  }
  const listeners = closeListenersOf(request.socket);
  const onClose = (): void => {
    listeners.delete(onClose);
    callback();
  };
  listeners.add(onClose);
  response.once('close', onClose);
  response.once('socket', () => listeners.delete(onClose));
}

/** A response that is in progress. */
export interface OpenResponse {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** Whether it is complete, or its connection is closed. */
  isClosed: boolean;
  /** Called when it is closed. */
  onClose: () => void;
}

/** How long aborted requests may take to clean up and export their traces, in milliseconds. */
const CLEANUP_MILLIS = 2_000;

/** The connections of a server, with the responses in progress on each, and the requests in progress. */
export class Connections {
  private readonly open = new Map<Socket, Set<ServerResponse>>();
  /** The number of requests that are being handled. */
  private running = 0;
  private isClosing = false;
  private onIdle = (): void => {};

  constructor(private readonly server: Server) {
    server.on('connection', (socket: Socket) => {
      this.open.set(socket, new Set());
      socket.once('close', () => this.open.delete(socket));
    });
  }

  /** Keeps the connection of a request until its response is complete. Called before the request is handled. */
  addResponse(request: IncomingMessage, response: ServerResponse): OpenResponse {
    const { socket } = request;
    const responses = this.open.get(socket);
    responses?.add(response);
    if (this.isClosing) announceClose(response);
    const opened: OpenResponse = { request, response, isClosed: response.destroyed, onClose: () => {} };
    whenClosed(request, response, () => {
      opened.isClosed = true;
      opened.onClose();
      responses?.delete(response);
      if (this.isClosing && responses?.size === 0) socket.destroySoon();
    });
    return opened;
  }

  /** The handling of a request begins. `endWork` must be called when it ends. */
  beginWork(): void {
    this.running += 1;
  }

  endWork(): void {
    this.running -= 1;
    if (this.running === 0) this.onIdle();
  }

  /** Resolves when no request is being handled. */
  private idle(): Promise<void> {
    return new Promise((resolve) => {
      if (this.running === 0) resolve();
      else this.onIdle = resolve;
    });
  }

  /**
   * Accepts no more connections and closes each one after its last response. Aborts the remaining ones after
   * `timeoutMillis`.
   */
  async close(timeoutMillis: number): Promise<void> {
    this.isClosing = true;
    // Not `close` of the HTTP server: it closes connections whose response has ended but has not been fully read.
    const closed = new Promise<void>((resolve) => NetServer.prototype.close.call(this.server, () => resolve()));
    for (const [socket, responses] of this.open) {
      const last = [...responses].at(-1);
      if (last === undefined) socket.destroySoon();
      else announceClose(last);
    }
    await settledWithin(closed, timeoutMillis);
    this.server.closeAllConnections();
    await settledWithin(this.idle(), CLEANUP_MILLIS);
  }
}

/** Tells the client to use another connection for its next request, if the headers have not been sent. */
function announceClose(response: ServerResponse): void {
  if (!response.headersSent) response.setHeader('Connection', 'close');
}

/** Waits up to `timeoutMillis` for running requests, closes the server, and exports the remaining spans. */
export async function shutDown(
  connections: Connections,
  timeoutMillis: number,
  flush: () => Promise<void>,
): Promise<void> {
  await connections.close(timeoutMillis);
  await flush();
}

/** Marks the listeners of all copies of this package in a process. */
const BRAND = Symbol.for('fc-traced SIGTERM');

function isServerListener(listener: unknown): boolean {
  return typeof listener === 'function' && BRAND in listener;
}

/**
 * Calls `stop` at SIGTERM, which FC sends before it stops the instance. The last server to stop exits the process,
 * unless the program has a SIGTERM listener. Returns a function that removes the listener.
 */
export function onSigterm(stop: () => Promise<void>): () => void {
  const listener = Object.assign(
    (): void => {
      const exits = process.listeners('SIGTERM').every(isServerListener);
      void stop().then(() => {
        process.off('SIGTERM', listener);
        if (exits && !process.listeners('SIGTERM').some(isServerListener)) process.exit(0);
      });
    },
    { [BRAND]: true },
  );
  process.on('SIGTERM', listener);
  return () => process.off('SIGTERM', listener);
}
