import type { Message } from './sdk-shapes';

/** Whether a notification tells something of a request that has a span: it gets none of its own, or a call would have one for each step. */
export function isPartOfRequest({ method }: Message): boolean {
  return method === 'notifications/progress' || method === 'notifications/cancelled';
}
