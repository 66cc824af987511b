import { readField, readNumber, readText } from '../../safe-access';
import {
  ATTR_FC_TRACED_DESTINATION_ATTEMPTS,
  ATTR_FC_TRACED_DESTINATION_CONDITION,
  ATTR_FC_TRACED_DESTINATION_INVOCATION_ID,
} from '../../semconv';
import type { Trigger } from './trigger';

/**
 * What FC passes to a function that is the destination of asynchronous calls: what became of one of them. The shape is
 * inferred: it is from general knowledge, not from a document that could be read.
 */
export interface AsyncDestinationEvent {
  /** Milliseconds since 1970. */
  readonly timestamp: number;
  readonly requestContext: {
    readonly requestId: string;
    readonly functionArn?: string;
    /** Such as `Success`, `RetriesExhausted`, or `EventAgeExceeded`. */
    readonly condition?: string;
    readonly approximateInvokeCount?: number;
  };
  readonly requestPayload: unknown;
  readonly responseContext: { readonly statusCode?: number; readonly functionError?: string };
  readonly responsePayload: unknown;
}

export const asyncDestination: Trigger = {
  name: 'async-destination',
  faasTrigger: 'other',
  matches: (event) =>
    readText(event, 'requestContext', 'requestId') !== undefined &&
    typeof readField(event, 'responseContext') === 'object' &&
    readField(event, 'requestPayload') !== undefined,
  attributes: (event) => ({
    [ATTR_FC_TRACED_DESTINATION_INVOCATION_ID]: readText(event, 'requestContext', 'requestId'),
    [ATTR_FC_TRACED_DESTINATION_CONDITION]: readText(event, 'requestContext', 'condition'),
    [ATTR_FC_TRACED_DESTINATION_ATTEMPTS]: readNumber(event, 'requestContext', 'approximateInvokeCount'),
  }),
};
