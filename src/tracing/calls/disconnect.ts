import { readField } from '../../safe-access';

/** The errors of requests whose client disconnected. */
const disconnects = new WeakSet<object>();
const MAX_CHAIN = 8;

/** Remembers the error of a request whose client disconnected before the end of its body. */
export function rememberDisconnect(error: unknown): void {
  if (typeof error === 'object' && error !== null) disconnects.add(error);
}

/**
 * Returns whether an error means that the client disconnected: it is the error of its request, or is caused by it. The
 * work was then cancelled and has not failed. Never throws.
 */
export function isDisconnect(error: unknown): boolean {
  let current = error;
  for (let depth = 0; depth < MAX_CHAIN && typeof current === 'object' && current !== null; depth += 1) {
    if (disconnects.has(current)) return true;
    current = readField(current, 'cause');
  }
  return false;
}
