import type { Must } from './must';
import { baggageMusts } from './musts-baggage';
import { traceparentMusts } from './musts-traceparent';
import { tracestateMusts } from './musts-tracestate';

/**
 * What the specifications demand of what goes on the wire, by a sentence each. What they demand of a program that changes
 * `tracestate`, and of ids, stands in the tests of these.
 */
export const specifications: Readonly<Record<string, readonly Must[]>> = {
  'Trace Context Level 2, traceparent': traceparentMusts,
  'Trace Context Level 2, tracestate': tracestateMusts,
  'W3C Baggage': baggageMusts,
};
