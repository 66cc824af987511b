import { SpanStatusCode } from '@opentelemetry/api';
import type { Span } from '@opentelemetry/api';
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { checkOptions, describeValue } from '../config/check-options';
import { HANDLER_CHECKS } from '../config/options';
import type { HandlerOptions } from '../config/options';
import { countError } from '../diagnostics';
import { FcTracedError } from '../errors';
import { contextOf } from '../fc/context-from-headers';
import { controlOf } from '../fc/control-path';
import { httpEventOf } from '../fc/http-event';
import { requestAttributes, spanNameOf } from '../http/http-attributes';
import type { IncomingCall } from '../invocation/incoming-call';
import { InvocationRunner } from '../invocation/invocation-runner';
import type { Running } from '../invocation/invocation-runner';
import {
  ATTR_ERROR_TYPE,
  ATTR_HTTP_RESPONSE_STATUS_CODE,
  ATTR_HTTP_ROUTE,
  EVENT_FC_TRACED_CANCELLED,
} from '../semconv';
import { recordFailure } from '../tracing/calls/failure';
import { holdEnd } from './hold-end';
import type { Ended, HeldResponse } from './hold-end';
import { knownBeside, requestParts } from './incoming-request';

/** Options of `traceListener`: those of `createHandler` that are not about a class. */
export interface TraceListenerOptions extends Omit<
  HandlerOptions,
  'route' | 'method' | 'inject' | 'container' | 'http'
> {
  /** The route of a request, asked for when its response ends, when a framework knows it. Default: none. */
  readonly route?: string | ((request: IncomingMessage) => string | undefined);
}

/** Options of `createHandler` that concern a class are not options of a listener. */
const { method: _method, inject: _inject, container: _container, http: _http, ...CHECKS } = HANDLER_CHECKS;

/** What a span is to say of its request at the end. */
interface Description {
  readonly isHttp: boolean;
  readonly ended: Ended;
  readonly route: TraceListenerOptions['route'];
  /** Gives the span its name where the route is known. */
  rename(route: string): void;
}

/** Whether a response is a failure: of HTTP from 500 on; of an event call where FC is told so. */
function isFailure(statusCode: number, isHttp: boolean, fcStatus: unknown): boolean {
  return isHttp ? statusCode >= 500 : statusCode >= 400 || String(fcStatus) === '404';
}

function describe(
  span: Span,
  request: IncomingMessage,
  response: ServerResponse,
  { isHttp, ended: { isWhole, statusCode }, route: option, rename }: Description,
): void {
  try {
    const route: unknown = typeof option === 'function' ? option(request) : option;
    if (isHttp && typeof route === 'string' && route !== '') {
      span.setAttribute(ATTR_HTTP_ROUTE, route);
      rename(route);
    }
  } catch {
    // A route that cannot be told is none.
  }
  if (!isWhole) span.addEvent(EVENT_FC_TRACED_CANCELLED);
  if (statusCode === undefined) return;
  if (isHttp) span.setAttribute(ATTR_HTTP_RESPONSE_STATUS_CODE, statusCode);
  if (!isFailure(statusCode, isHttp, response.getHeader('x-fc-status'))) return;
  span.setAttribute(ATTR_ERROR_TYPE, String(statusCode));
  span.setStatus({ code: SpanStatusCode.ERROR });
}

/**
 * Traces a server of your own: gives a listener for `node:http` that runs the given one inside an invocation, one for each request, and
 * keeps what a recorded response writes at its end back until its trace is delivered. Works with whatever is such a listener: Express, Koa,
 * Fastify, Hono. What the listener returns or throws comes out as it is, at once.
 *
 * FC's lifecycle requests are handed on as well; `pre-freeze` and `pre-stop` deliver what is left first.
 *
 * @param listener what `http.createServer` would take
 * @param options see {@link TraceListenerOptions}
 * @throws FcTracedError `INVALID_OPTION`, or `INVALID_TARGET` for what is no function
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
      `traceListener takes what http.createServer takes, a function of request and response (an Express app, Koa's app.callback()), not ${describeValue(listener)}.`,
    );
  }
  const runner = new InvocationRunner(checkOptions<HandlerOptions>(options, 'traceListener', CHECKS), 'server');
  const { instance } = runner.config;
  return function (this: unknown, request, response): unknown {
    const pass = (): unknown => Reflect.apply(listener, this, [request, response]);
    const context = contextOf(request.headers, instance);
    const control = controlOf(request);
    if (control === 'pre-freeze' || control === 'pre-stop') return void runner.flush().then(pass);
    if (control === 'initialize') {
      runner.prepare(context);
      return pass();
    }
    const isHttp = control === 'http';
    const event = httpEventOf(requestParts(request, context));
    const call: IncomingCall = {
      event,
      context,
      trigger: isHttp ? 'http' : 'other',
      headers: request.headers,
      spanName: options.name,
      ...(isHttp && { attributes: () => requestAttributes(event, knownBeside(request)) }),
    };
    let held: HeldResponse | undefined;
    let result: unknown;
    let thrown: { readonly error: unknown } | undefined;
    const work = async ({ span, active }: Running): Promise<void> => {
      held = holdEnd(request, response, span !== undefined);
      try {
        result = pass();
      } catch (error) {
        thrown = { error };
        if (span !== undefined) recordFailure(span, error, undefined, active);
        // Whoever catches it may answer in the listener's place. Where nobody does, the trace does not wait for the client to give up.
        await new Promise((resolve) => setImmediate(resolve));
        if (!response.writableEnded) return;
      }
      const ended = await held.ended;
      const rename = (route: string): void =>
        void (options.name === undefined && span?.updateName(spanNameOf(event, route)));
      if (span !== undefined) describe(span, request, response, { isHttp, ended, route: options.route, rename });
    };
    runner
      .run(call, { run: work })
      .catch(() => countError('a request could not be traced'))
      .finally(() => held?.release());
    if (thrown === undefined) return result;
    throw thrown.error;
  };
}
