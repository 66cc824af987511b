import { SpanStatusCode } from '@opentelemetry/api';
import type { Span } from '@opentelemetry/api';
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { check, checkOptions, describeValue } from '../config/check-options';
import { HANDLER_CHECKS } from '../config/options';
import type { HandlerOptions } from '../config/options';
import { countLoss } from '../diagnostics';
import { FcTracedError } from '../errors';
import { trustedFcHeaders } from '../fc/context-from-headers';
import { controlOf } from '../fc/control-path';
import { httpEventOf } from '../fc/http-event';
import { requestAttributes, spanNameOf } from '../http/http-attributes';
import type { IncomingCall } from '../invocation/incoming-call';
import { InvocationRunner } from '../invocation/invocation-runner';
import type { RunningInvocation } from '../invocation/invocation-runner';
import {
  ATTR_ERROR_TYPE,
  ATTR_HTTP_RESPONSE_STATUS_CODE,
  ATTR_HTTP_ROUTE,
  EVENT_FC_TRACED_CANCELLED,
} from '../semconv';
import { recordFailure } from '../tracing/calls/failure';
import { holdEnd } from './hold-end';
import type { Ended, HeldResponse } from './hold-end';
import { headerTrust, requestContext, requestParts, urlPartsOf } from './incoming-request';

/** Options of `traceListener`: those of `createHandler` that do not concern a class. */
export interface TraceListenerOptions extends Omit<
  HandlerOptions,
  'route' | 'method' | 'inject' | 'container' | 'http' | 'trigger' | 'event'
> {
  /**
   * The route, or a function that returns it; called when the response ends, when the framework knows the route.
   * Default: none.
   */
  readonly route?: string | ((request: IncomingMessage) => string | undefined);
  /** Whether the `x-fc-*` headers of requests are believed. Default: as for `serve`, those of FC where it runs in FC. */
  readonly trustFcHeaders?: boolean;
}

const {
  method: _method,
  inject: _inject,
  container: _container,
  http: _http,
  trigger: _trigger,
  event: _event,
  ...CHECKS
} = HANDLER_CHECKS;

/** The result of a request, for its span. */
interface Result {
  readonly isHttp: boolean;
  readonly ended: Ended;
  readonly route: TraceListenerOptions['route'];
  /** Renames the span after its route. */
  rename(route: string): void;
}

/**
 * Whether a response is a failure: of an HTTP request from 500 on; of an event call from 400 on or with `x-fc-status:
 * 404`.
 */
function isFailure(statusCode: number, isHttp: boolean, fcStatus: unknown): boolean {
  return isHttp ? statusCode >= 500 : statusCode >= 400 || String(fcStatus) === '404';
}

function recordResult(
  span: Span,
  request: IncomingMessage,
  response: ServerResponse,
  { isHttp, ended: { isWhole, statusCode }, route: option, rename }: Result,
): void {
  try {
    const route: unknown = typeof option === 'function' ? option(request) : option;
    if (isHttp && typeof route === 'string' && route !== '') {
      span.setAttribute(ATTR_HTTP_ROUTE, route);
      rename(route);
    }
  } catch {
    // The option threw: the request has no route.
  }
  if (!isWhole) span.addEvent(EVENT_FC_TRACED_CANCELLED);
  if (statusCode === undefined) return;
  if (isHttp) span.setAttribute(ATTR_HTTP_RESPONSE_STATUS_CODE, statusCode);
  if (!isFailure(statusCode, isHttp, response.getHeader('x-fc-status'))) return;
  span.setAttribute(ATTR_ERROR_TYPE, String(statusCode));
  span.setStatus({ code: SpanStatusCode.ERROR });
}

/**
 * Traces the requests of any `node:http` or `node:https` server, such as one of Express, Koa, Fastify or Hono. Returns
 * a listener that calls the given one in an invocation per request, and returns and throws what that one does.
 *
 * If the invocation is recorded, the data that the response writes at its end is held back until the spans are
 * exported. Over HTTP/2 nothing is held back.
 *
 * FC's lifecycle requests are passed to the listener, too. `pre-freeze` and `pre-stop` export the remaining spans
 * first.
 *
 * @param listener a request listener, as for `http.createServer`
 * @param options see {@link TraceListenerOptions}
 * @throws FcTracedError `INVALID_TARGET` if `listener` is not a function; `INVALID_OPTION` for an unknown option or an
 *   invalid value
 *
 * @example
 * ```ts
 * import { createServer } from 'node:http';
 * import { traceListener } from 'fc-traced/server';
 * export const server = createServer(traceListener((request, response) => response.end('hello'), { route: '/hello' }));
 * ```
 */
export function traceListener(listener: RequestListener, options: TraceListenerOptions = {}): RequestListener {
  if (typeof listener !== 'function') {
    throw new FcTracedError(
      'INVALID_TARGET',
      `traceListener requires a request listener, as http.createServer does (an Express app, Koa's app.callback()), not ${describeValue(listener)}.`,
    );
  }
  const { trustFcHeaders, ...checked } = checkOptions<HandlerOptions & Pick<TraceListenerOptions, 'trustFcHeaders'>>(
    options,
    'traceListener',
    { ...CHECKS, trustFcHeaders: check.boolean },
  );
  const runner = new InvocationRunner(checked, 'server');
  const { instance } = runner.config;
  const trust = headerTrust(trustFcHeaders, instance);
  return function (this: unknown, request, response): unknown {
    const pass = (): unknown => Reflect.apply(listener, this, [request, response]);
    const fcHeaders = trustedFcHeaders(request.headers, trust);
    const control = controlOf(request, fcHeaders);
    const context = requestContext(fcHeaders, runner, control === 'http' || control === 'invoke');
    if (control === 'pre-freeze' || control === 'pre-stop') {
      return void runner.flush(control === 'pre-freeze' ? 'preFreeze' : 'preStop').then(pass);
    }
    if (control === 'initialize') {
      runner.prepare(context);
      return pass();
    }
    const isHttp = control === 'http';
    const event = httpEventOf(requestParts(request, context, fcHeaders));
    const call: IncomingCall = {
      event,
      context,
      hasCorrelatedLogger: true,
      trigger: isHttp ? 'http' : 'other',
      triggerName: isHttp ? 'http' : 'other',
      headers: request.headers,
      spanName: options.name,
      ...(isHttp && { attributes: () => requestAttributes(event, urlPartsOf(request)) }),
    };
    let held: HeldResponse | undefined;
    let result: unknown;
    let thrown: { readonly error: unknown } | undefined;
    const work = async ({ span, active }: RunningInvocation): Promise<void> => {
      held = holdEnd(request, response, span !== undefined);
      try {
        result = pass();
      } catch (error) {
        thrown = { error };
        if (span !== undefined) recordFailure(span, error, undefined, active);
        // A caller that catches the error may respond itself. Otherwise, the trace must not wait for the client to
        // disconnect.
        await new Promise((resolve) => setImmediate(resolve));
        if (!response.writableEnded) return;
      }
      const ended = await held.ended;
      const rename = (route: string): void =>
        void (options.name === undefined && span?.updateName(spanNameOf(event, route)));
      if (span !== undefined) recordResult(span, request, response, { isHttp, ended, route: options.route, rename });
    };
    runner
      .run(call, { run: work })
      .catch(() => countLoss('a request could not be traced'))
      .finally(() => held?.release());
    if (thrown === undefined) return result;
    throw thrown.error;
  };
}
