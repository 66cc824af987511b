import { SpanStatusCode } from '@opentelemetry/api';
import type { Span } from '@opentelemetry/api';
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { InvocationRunner } from '../handler/invocation-runner';
import type { IncomingCall } from '../handler/incoming-call';
import { requestAttributes } from '../http/http-attributes';
import { httpEventOf } from '../http/http-event';
import { checkOptions } from '../options';
import type { HandlerOptions } from '../options';
import { recordFailure } from '../tracing/failure';
import { controlOf } from './control-path';
import { holdEnd } from './hold-end';
import { contextOf } from './request-context';

/** Options of `traceListener`: those of `createHandler` that are not about a class. */
export interface TraceListenerOptions extends Omit<HandlerOptions, 'route' | 'method' | 'inject' | 'container' | 'http'> {
  /** The route of a request, asked for when its response ends, when a framework knows it. Default: none. */
  readonly route?: string | ((request: IncomingMessage) => string | undefined);
}

function describe(span: Span, request: IncomingMessage, response: ServerResponse, isWhole: boolean, option: TraceListenerOptions['route'], isNamed: boolean): void {
  try {
    const route: unknown = typeof option === 'function' ? option(request) : option;
    if (typeof route === 'string' && route !== '') {
      span.setAttribute('http.route', route);
      if (!isNamed) span.updateName(`${request.method ?? 'HTTP'} ${route}`);
    }
  } catch {
    // A route that cannot be told is none.
  }
  if (!isWhole) span.addEvent('fc_traced.cancelled');
  if (!isWhole && !response.headersSent) return;
  span.setAttribute('http.response.status_code', response.statusCode);
  if (response.statusCode < 500) return;
  span.setAttribute('error.type', String(response.statusCode));
  span.setStatus({ code: SpanStatusCode.ERROR });
}

/**
 * Traces a server of your own: gives a listener for `node:http` that runs the given one inside an invocation, one for each request, and
 * holds the end of a recorded response back until its trace is delivered. Works with whatever is such a listener: Express, Koa, Fastify, Hono.
 *
 * FC's lifecycle requests are handed on as well; `pre-freeze` and `pre-stop` deliver what is left first. What the listener throws comes out as it is.
 *
 * @param listener what `http.createServer` would take
 * @param options see {@link TraceListenerOptions}
 * @throws FcTracedError `INVALID_OPTION`
 *
 * @example
 * ```ts
 * import { createServer } from 'node:http';
 * import { traceListener } from 'fc-traced/server';
 * export const server = createServer(traceListener((request, response) => response.end('hello'), { route: '/hello' }));
 * ```
 */
export function traceListener(listener: RequestListener, options: TraceListenerOptions = {}): RequestListener {
  const runner = new InvocationRunner(checkOptions(options, 'traceListener'), 'server');
  const { instance } = runner.config;
  return function (this: unknown, request, response) {
    const pass = (): unknown => Reflect.apply(listener, this, [request, response]);
    const context = contextOf(request.headers, instance);
    const control = controlOf(request);
    if (control === 'pre-freeze' || control === 'pre-stop') return void runner.flush().then(pass);
    if (control === 'initialize') {
      runner.prepare(context);
      return void pass();
    }
    const isHttp = control === 'http';
    const event = httpEventOf({ method: request.method ?? 'GET', target: request.url ?? '/', headers: request.headers, protocol: `HTTP/${request.httpVersion}`, sourceIp: request.socket.remoteAddress, requestId: context.requestId });
    const call: IncomingCall = { event, context, trigger: isHttp ? 'http' : 'other', headers: request.headers, spanName: options.name, ...(isHttp && { attributes: () => requestAttributes(event, 'http') }) };
    let release = (): void => {};
    let thrown: { readonly error: unknown } | undefined;
    const work = async ({ span, active }: { span: Span | undefined; active: Parameters<typeof recordFailure>[3] }): Promise<void> => {
      const held = holdEnd(response, span !== undefined);
      release = held.release;
      try {
        pass();
      } catch (error) {
        thrown = { error };
        if (span !== undefined) recordFailure(span, error, undefined, active);
        return;
      }
      const isWhole = await held.ended;
      if (span !== undefined && isHttp) describe(span, request, response, isWhole, options.route, options.name !== undefined);
    };
    void runner.run(call, { run: work }).finally(() => {
      release();
      if (thrown === undefined) return;
      const { error } = thrown;
      // As if it came out of the listener: nobody awaits this.
      process.nextTick(() => {
        throw error;
      });
    });
  };
}
