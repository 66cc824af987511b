import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

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
