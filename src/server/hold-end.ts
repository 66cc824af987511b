import type { ServerResponse } from 'node:http';

/** A response whose end is watched, and perhaps held back. */
export interface HeldResponse {
  /** Resolves when the program ended the response (true), or the connection closed before (false). */
  readonly ended: Promise<boolean>;
  /** Lets the held end through. */
  release(): void;
}

/** Watches a response's end; with `isHeld` it is kept back until `release`, while to the program the response reads as ended. */
export function holdEnd(response: ServerResponse, isHeld: boolean): HeldResponse {
  if (!isHeld) return { ended: new Promise((resolve) => response.once('close', () => resolve(response.writableFinished))), release() {} };
  const { end } = response;
  let held: unknown[] | undefined;
  let resolveEnded: (isWhole: boolean) => void = () => {};
  const ended = new Promise<boolean>((resolve) => (resolveEnded = resolve));
  response.once('close', () => resolveEnded(false));
  response.end = function (this: ServerResponse, ...args: unknown[]) {
    if (held !== undefined) return this;
    held = args;
    for (const key of ['writableEnded', 'headersSent', 'finished']) Object.defineProperty(response, key, { configurable: true, value: true });
    resolveEnded(true);
    return this;
  } as ServerResponse['end'];
  return {
    ended,
    release() {
      for (const key of ['end', 'writableEnded', 'headersSent']) Reflect.deleteProperty(response, key);
      if (held === undefined) return;
      Object.defineProperty(response, 'finished', { configurable: true, enumerable: true, writable: true, value: false });
      Reflect.apply(end, response, held);
    },
  };
}
