import type { Attributes } from '@opentelemetry/api';
import type { FcContext } from '../fc/context';
import type { FaasTrigger } from '../fc/triggers/trigger';

/** A call of the function, of whichever form, as far as its trace needs to know it. */
export interface IncomingCall {
  /** What the program gets as the event. */
  readonly event: unknown;
  /** FC's context: the very object that FC passed, or one made from the headers of a custom runtime. */
  readonly context: FcContext;
  readonly trigger: FaasTrigger;
  /** Request headers that may hold the caller's trace. */
  readonly headers: unknown;
  /** Name of the invocation span, where one is known. */
  readonly spanName: string | undefined;
  /** Further attributes of the invocation span; asked for only when it is recorded. */
  readonly attributes?: () => Attributes;
}
