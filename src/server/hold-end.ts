import { AsyncResource } from 'node:async_hooks';
import { ServerResponse } from 'node:http';
import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { warnOnce } from '../diagnostics';
import { replaceMethod } from '../replace-method';
import type { Method } from '../replace-method';
import { whenClosed } from './connections';

/**
 * Holds back what is written to a connection from now on. Returns the function that releases it. The connection is
 * corked, and its `uncork` is replaced, since Node.js uncorks a connection at the end of each response. `destroy`
 * releases what was written before, as it would without us.
 */
export function holdConnection(socket: Socket): () => void {
  const { uncork, destroy } = socket;
  let isHeld = true;
  let uncorkCalls = 0;
  socket.cork();
  // Listeners of `finish` run during the release, but in the async context of the writer: loggers read their request
  // from it.
  const release = AsyncResource.bind((): void => {
    if (!isHeld) return;
    isHeld = false;
    if (socket.writableCorked === 0 && !socket.destroyed) warnNotHeld('uncork of a socket');
    Reflect.deleteProperty(socket, 'uncork');
    Reflect.deleteProperty(socket, 'destroy');
    for (let n = 0; n <= uncorkCalls; n += 1) Reflect.apply(uncork, socket, []);
  });
  replaceMethod(socket, 'uncork', uncork, () => void (uncorkCalls += 1));
  replaceMethod(socket, 'destroy', destroy, (...args: never[]) => {
    release();
    return Reflect.apply(destroy, socket, args) as Socket;
  });
  return release;
}

/** The result of a response. */
export interface Ended {
  /** Whether the program ended it. If not, the connection was closed before. */
  readonly isWhole: boolean;
  /** Its status; `undefined` if none was sent. */
  readonly statusCode: number | undefined;
}

/** A response whose end is observed and possibly held back. */
export interface HeldResponse {
  readonly ended: Promise<Ended>;
  /** Releases the end. */
  release(): void;
}

function warnNotHeld(member: string): void {
  warnOnce(
    `Node.js has changed: responses do not use ${member} as expected, so they end before their trace is exported`,
  );
}

/**
 * Observes the end of a response. With `isHeld`, what the response writes at its end is held back until `release`. For
 * the program, the response ends when it calls `end`; only the connection waits. HTTP/2 has one connection for many
 * responses, so nothing is held back there.
 */
export function holdEnd(request: IncomingMessage, response: ServerResponse, isHeld: boolean): HeldResponse {
  let resolve: (ended: Ended) => void = () => {};
  const ended = new Promise<Ended>((resolveEnded) => (resolve = resolveEnded));
  // Read now: a status that the program sets later is not sent.
  const resolveEnded = (whole: boolean): void =>
    resolve({ isWhole: whole, statusCode: response.headersSent ? response.statusCode : undefined });
  let isWhole = false;
  response.once('finish', () => (isWhole = true));
  whenClosed(request, response, () => resolveEnded(isWhole));
  if (!isHeld || !(response instanceof ServerResponse)) return { ended, release() {} };

  const end = response.end as (...args: unknown[]) => ServerResponse;
  let isReleased = false;
  let isDeferred = false;
  let releaseConnection = (): void => {};
  const hold = (): void => {
    isDeferred = false;
    if (response.socket === null || isReleased) return;
    releaseConnection = holdConnection(response.socket);
    // If there is nothing left to write, `finish` comes now. The next response on this connection must not be held
    // back.
    response.prependOnceListener('finish', releaseConnection);
  };
  const endHeld = function (this: ServerResponse, ...args: unknown[]): ServerResponse {
    if (isReleased || response.writableEnded) return Reflect.apply(end, this, args);
    isDeferred = response.socket === null;
    if (isDeferred) response.once('socket', hold);
    else hold();
    try {
      return Reflect.apply(end, this, args);
    } finally {
      if (response.writableEnded) resolveEnded(true);
      else {
        // It threw, or another wrapper of `end` defers the end.
        response.off('socket', hold);
        isDeferred = false;
        releaseConnection();
      }
    }
  };
  replaceMethod(response, 'end', end, endHeld as Method);
  return {
    ended,
    release() {
      isReleased = true;
      if (isDeferred && response.writableFinished) warnNotHeld('the event socket');
      releaseConnection();
    },
  };
}
