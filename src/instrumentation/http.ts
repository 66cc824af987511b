import { context } from '@opentelemetry/api';
import type { TracerProvider } from '@opentelemetry/api';
import type { RequestOptions } from 'node:http';
import type { Instrumentation } from '../config/options';
import { warnOnce } from '../diagnostics';
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
  warnOnce('a request of node:http whose headers are an array gets no span: pass the headers as an object');
  const isNested = Array.isArray(headers[0]);
  const pairs: unknown[] = isNested ? headers.flat() : [...(headers as unknown[])];
  removeReplacedPairs(pairs, injected);
  pairs.push(...Object.entries(injected).flat());
  options.headers = pairs as RequestOptions['headers'];
  return true;
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
