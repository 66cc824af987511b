import { AsyncResource } from 'node:async_hooks';
import { ServerResponse } from 'node:http';
import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { replaceMethod } from '../replace-method';
import type { Method } from '../replace-method';
import { whenClosed } from './connections';

/**
 * Keeps back what is written to a connection from now on; gives the function that lets it through. Works by corking, since Node.js
 * uncorks a connection at the end of each response. Who closes the connection meanwhile lets through what was written before, as
 * he would without us.
 */
export function holdConnection(socket: Socket): () => void {
  const { uncork, destroy } = socket;
  let isHeld = true;
  let uncorked = 0;
  socket.cork();
  // Listeners of `finish` run in the context of who lets through. They are to see that of who wrote: a logger asks it which request this is.
  const release = AsyncResource.bind((): void => {
    if (!isHeld) return;
    isHeld = false;
    Reflect.deleteProperty(socket, 'uncork');
    Reflect.deleteProperty(socket, 'destroy');
    for (let n = 0; n <= uncorked; n += 1) Reflect.apply(uncork, socket, []);
  });
  replaceMethod(socket, 'uncork', uncork, () => void (uncorked += 1));
  replaceMethod(socket, 'destroy', destroy, (...args: never[]) => {
    release();
    return Reflect.apply(destroy, socket, args) as Socket;
  });
  return release;
}

/** What became of a response. */
export interface Ended {
  /** Whether the program ended it; if not, the connection closed before. */
  readonly isWhole: boolean;
  /** Its status; nothing when none was sent. */
  readonly statusCode: number | undefined;
}

/** A response whose end is watched, and perhaps held back. */
export interface HeldResponse {
  readonly ended: Promise<Ended>;
  /** Lets the held end through. */
  release(): void;
}

/**
 * Watches a response's end. With `isHeld` what it writes at the end is kept back until `release`: the response itself ends when the
 * program says so and is in every respect an ended one, it is its connection that waits. HTTP/2 has one connection for many
 * responses, so there nothing is held.
 */
export function holdEnd(request: IncomingMessage, response: ServerResponse, isHeld: boolean): HeldResponse {
  let resolve: (ended: Ended) => void = () => {};
  const ended = new Promise<Ended>((resolveEnded) => (resolve = resolveEnded));
  // Asked at once: what a program writes into `statusCode` later is not sent.
  const resolveEnded = (whole: boolean): void =>
    resolve({ isWhole: whole, statusCode: response.headersSent ? response.statusCode : undefined });
  let isWhole = false;
  response.once('finish', () => (isWhole = true));
  whenClosed(request, response, () => resolveEnded(isWhole));
  if (!isHeld || !(response instanceof ServerResponse)) return { ended, release() {} };

  const end = response.end as (...args: unknown[]) => ServerResponse;
  let isReleased = false;
  let letThrough = (): void => {};
  const hold = (): void => {
    if (response.socket === null || isReleased) return;
    letThrough = holdConnection(response.socket);
    // Where there was nothing left to write; before the next response on this connection gets its turn.
    response.prependOnceListener('finish', letThrough);
  };
  const endHeld = function (this: ServerResponse, ...args: unknown[]): ServerResponse {
    if (isReleased || response.writableEnded) return Reflect.apply(end, this, args);
    if (response.socket === null) response.once('socket', hold);
    else hold();
    try {
      return Reflect.apply(end, this, args);
    } finally {
      if (response.writableEnded) resolveEnded(true);
      else {
        // It threw, or whoever stands before us has put the end off.
        response.off('socket', hold);
        letThrough();
      }
    }
  };
  replaceMethod(response, 'end', end, endHeld as Method);
  return {
    ended,
    release() {
      isReleased = true;
      letThrough();
    },
  };
}
