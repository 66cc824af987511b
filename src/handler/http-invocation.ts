import type { FcContext } from '../fc/context';
import { CollectingSink, fcHttpAnswer } from '../http/fc-answer';
import { requestAttributes, routeOf, spanNameOf } from '../http/http-attributes';
import type { UrlParts } from '../http/http-attributes';
import { exchange } from '../http/http-exchange';
import type { HttpSink, Outcome } from '../http/http-exchange';
import type { HandlerOptions } from '../config/options';
import type { IncomingCall } from '../invocation/incoming-call';
import type { Work } from '../invocation/invocation-runner';
import { readField } from '../safe-access';
import { ATTR_HTTP_ROUTE } from '../semconv';
import type { Entry } from './entries';
import type { CheckedEvent } from './expected-trigger';

// What an invocation by an HTTP request needs in addition. Loaded with the first request.

/** What is known of a request besides its event. */
export interface RequestFacts extends Pick<IncomingCall, 'hasCorrelatedLogger'> {
  /** The parts of the URL that are not in the event. */
  readonly url?: UrlParts;
}

/** The call of an HTTP request. `routeOption`: the option `route`. */
export function httpCall(
  entry: Entry,
  { event, trigger }: CheckedEvent,
  context: FcContext,
  routeOption: HandlerOptions['route'],
  { url, hasCorrelatedLogger = false }: RequestFacts,
): IncomingCall {
  const route = routeOf(routeOption, event);
  return {
    event,
    context,
    hasCorrelatedLogger,
    trigger: 'http',
    triggerName: trigger.name,
    headers: readField(event, 'headers'),
    spanName: entry.spanName ?? (route === undefined ? undefined : spanNameOf(event, route)),
    attributes: () => ({
      ...requestAttributes(event, url),
      ...(route !== undefined && { [ATTR_HTTP_ROUTE]: route }),
    }),
  };
}

/** Work whose value or error becomes the response. */
export function respondingWork(work: Work<unknown>, context: FcContext, sink: HttpSink): Work<Outcome> {
  return {
    run: ({ invocation, span, active, coldStart }) =>
      exchange({ context, sink, span, active }, () => work.run({ invocation, span, active, coldStart })),
    ...(work.cleanup !== undefined && { cleanup: work.cleanup }),
  };
}

/** The sink of a built-in runtime of FC 3.0. */
export function fcSink(): CollectingSink<object> {
  return new CollectingSink(fcHttpAnswer);
}
