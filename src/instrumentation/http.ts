import { context } from '@opentelemetry/api';
import type { TracerProvider } from '@opentelemetry/api';
import type { RequestOptions } from 'node:http';
import type { Instrumentation } from '../config/options';
import { warnOnce } from '../diagnostics';
import { injectedIn, markRefused, removePairs, withoutCopies } from './client-requests';
import type { InstrumentationDefinition } from './registry';

type Module = typeof import('@opentelemetry/instrumentation-http');

/**
 * Takes the program's own copies of the headers that the client span is about to bring out of a request; returns whether the request goes
 * without a span. The instrumentation calls this first, with options that are its own.
 *
 * Headers given as an array are sent exactly as they stand, and the instrumentation would turn them into an object, with 0, 1, 2… as their
 * names. Such a request is left alone, but for the headers of the span around it.
 */
function prepareRequest(options: RequestOptions): boolean {
  const headers: unknown = options.headers;
  if (typeof headers !== 'object' || headers === null) return false;
  const added = injectedIn(context.active());
  if (!Array.isArray(headers)) {
    options.headers = withoutCopies(options.headers as object, added) as RequestOptions['headers'];
    return false;
  }
  warnOnce('requests of node:http whose headers are an array get no span of their own: give the headers as an object');
  const isNested = Array.isArray(headers[0]);
  const pairs: unknown[] = isNested ? headers.flat() : [...(headers as unknown[])];
  removePairs(pairs, added);
  pairs.push(...Object.entries(added).flat());
  options.headers = pairs as RequestOptions['headers'];
  return true;
}

function create({ HttpInstrumentation: Http }: Module, provider: TracerProvider): Instrumentation {
  const instrumentation = new Http({
    enabled: false,
    disableIncomingRequestInstrumentation: true,
    requireParentforOutgoingSpans: true,
    ignoreOutgoingRequestHook: prepareRequest,
    responseHook: (span, { statusCode }) => markRefused(span, statusCode),
  });
  instrumentation.setTracerProvider(provider);
  return instrumentation;
}

/** Client spans for `node:http` and `node:https`. Requests that come in already have the invocation span, or that of the server. */
export const instrumentation: InstrumentationDefinition<Module> = {
  package: '@opentelemetry/instrumentation-http',
  version: '~0.222.0',
  load: () => require('@opentelemetry/instrumentation-http') as Module,
  create,
};
