import { context, propagation } from '@opentelemetry/api';
import type { TracerProvider } from '@opentelemetry/api';
import { subscribe } from 'node:diagnostics_channel';
import type { ClientRequest, RequestOptions } from 'node:http';
import type { Instrumentation } from '../config/options';
import { warnOfLoss } from '../diagnostics';
import { activeContext } from '../tracing/context/active-context';
import { spanIn } from '../tracing/context/linked-context';
import { isSuppressed } from '../tracing/telemetry/suppression';
import { injectedHeaders, removeReplacedPairs, setErrorStatus, withoutReplaced } from './client-requests';
import { undefinedIfMissing } from './optional-package';
import type { InstrumentationDefinition } from './registry';

type Module = typeof import('@opentelemetry/instrumentation-http');

/**
 * Removes headers from a request that the instrumentation is about to inject, so that each is sent once. Returns
 * whether the request gets no span. Called before the span starts, with the instrumentation's own copy of the options.
 *
 * `node:http` sends an array of headers exactly as it is, but the instrumentation would convert it to an object with
 * the indexes as names. Such a request gets no span, and carries the trace context of the active span.
 */
function prepareRequest(options: RequestOptions): boolean {
  const headers: unknown = options.headers;
  if (typeof headers !== 'object' || headers === null) return false;
  const injected = injectedHeaders(context.active());
  if (!Array.isArray(headers)) {
    options.headers = withoutReplaced(options.headers as object, injected) as RequestOptions['headers'];
    return false;
  }
  warnOfLoss('a request of node:http whose headers are an array gets no span: pass the headers as an object');
  const isNested = Array.isArray(headers[0]);
  const pairs: unknown[] = isNested ? headers.flat() : [...(headers as unknown[])];
  removeReplacedPairs(pairs, injected);
  pairs.push(...Object.entries(injected).flat());
  options.headers = pairs as RequestOptions['headers'];
  return true;
}

/**
 * Logs once that a request of a recorded call did not go through the instrumentation: it carries none of the headers
 * that the instrumentation injects. Its function was copied before the instrumentation replaced it.
 */
function warnIfBypassed(message: unknown): void {
  try {
    const active = activeContext();
    if (spanIn(active)?.isRecording() !== true || isSuppressed(active)) return;
    const fields = propagation.fields();
    const { request } = message as { request: ClientRequest };
    // Headers that were passed as an array cannot be read.
    if (request.getHeaderNames().length === 0) return;
    if (fields.length === 0 || fields.some((field) => request.hasHeader(field))) return;
    warnOfLoss(
      'a request of node:http has no span: its function was copied before the instrumentation was set up, as ' +
        "`import * as http` is by swc and Babel, and `const { request } = require('node:http')` is. Use " +
        "`import http from 'node:http'` and http.request()",
    );
  } catch {
    // A failure of this check must not reach the request.
  }
}

function create({ HttpInstrumentation: Http }: Module, provider: TracerProvider): Instrumentation {
  const instrumentation = new Http({
    enabled: false,
    // Incoming requests already have a span: that of the invocation or of the server.
    disableIncomingRequestInstrumentation: true,
    requireParentforOutgoingSpans: true,
    ignoreOutgoingRequestHook: prepareRequest,
    responseHook: (span, { statusCode }) => setErrorStatus(span, statusCode),
  });
  instrumentation.setTracerProvider(provider);
  subscribe('http.client.request.start', warnIfBypassed);
  return instrumentation;
}

/** Client spans for `node:http` and `node:https`. */
export const instrumentation: InstrumentationDefinition<Module> = {
  package: '@opentelemetry/instrumentation-http',
  version: '~0.222.0',
  testedMinors: [222, 301],
  load() {
    // Bundlers accept a missing package only in a try statement.
    try {
      return require('@opentelemetry/instrumentation-http') as Module;
    } catch (error) {
      return undefinedIfMissing(error, '@opentelemetry/instrumentation-http');
    }
  },
  create,
};
