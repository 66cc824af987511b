import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { Server as NetServer } from 'node:net';
import type { Socket } from 'node:net';
import { settledWithin } from '../tracing/telemetry/shared-flush';
import { whenClosed } from './when-closed';

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
