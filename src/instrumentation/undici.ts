import { context, trace } from '@opentelemetry/api';
import type { Context, Span, TracerProvider } from '@opentelemetry/api';
import type { UndiciRequest } from '@opentelemetry/instrumentation-undici';
import type { Instrumentation } from '../config/options';
import { ownerOf, replaceOnce } from './bind-callbacks';
import { injectedHeaders, removeReplacedPairs, setErrorStatus, withoutReplacedLines } from './client-requests';
import { moduleFile, modulePatchersOf, warnOfMissing } from './module-definitions';
import type { ModuleDefinition } from './module-definitions';
import { undefinedIfMissing } from './optional-package';
import type { InstrumentationDefinition } from './registry';

type Module = typeof import('@opentelemetry/instrumentation-undici');

const PACKAGE = '@opentelemetry/instrumentation-undici';
const VERSIONS = ['>=6 <8'];
const LOST = 'a request that waits for a connection of a pool may be in the trace of another invocation';

/** Removes headers from a request that the client span is about to inject, so that each is sent once. */
function removeReplacedHeaders(span: Span, request: UndiciRequest): void {
  const injected = injectedHeaders(trace.setSpan(context.active(), span));
  if (Array.isArray(request.headers)) removeReplacedPairs(request.headers, injected);
  else if (typeof request.headers === 'string') request.headers = withoutReplacedLines(request.headers, injected);
}

/**
 * Patches the pools of undici. If all connections of a pool are taken, it queues a request and sends it when another
 * one is answered, in the context of that other one. With this patch it is sent in the context that made the request.
 */
function queuedRequests(): ModuleDefinition {
  const requesters = new WeakMap<object, Context>();
  const requesterOf = (handler: unknown): Context | undefined =>
    typeof handler === 'object' && handler !== null ? requesters.get(handler) : undefined;
  return {
    name: 'undici',
    supportedVersions: VERSIONS,
    files: [
      moduleFile('undici/lib/dispatcher/pool-base.js', VERSIONS, LOST, (exported) => {
        const { prototype } = (exported as { PoolBase: { prototype: object } }).PoolBase;
        const kDispatch = Object.getOwnPropertySymbols(prototype).find(({ description }) => description === 'dispatch');
        if (kDispatch === undefined) return warnOfMissing('undici', 'method [kDispatch] of PoolBase', LOST);
        replaceOnce(
          prototype,
          kDispatch,
          (dispatch) =>
            function (this: unknown, ...args: unknown[]): unknown {
              const [, handler] = args;
              if (typeof handler === 'object' && handler !== null) requesters.set(handler, context.active());
              return dispatch.apply(this, args);
            },
        );
      }),
      moduleFile('undici/lib/dispatcher/dispatcher-base.js', VERSIONS, LOST, (exported) => {
        const isReplaced = replaceOnce(
          ownerOf(exported, 'dispatch'),
          'dispatch',
          (dispatch) =>
            function (this: unknown, ...args: unknown[]): unknown {
              const requester = requesterOf(args[1]);
              return requester === undefined
                ? dispatch.apply(this, args)
                : context.with(requester, () => dispatch.apply(this, args));
            },
        );
        if (!isReplaced) warnOfMissing('undici', 'method dispatch of DispatcherBase', LOST);
      }),
    ],
  };
}

function create({ UndiciInstrumentation: Undici }: Module, provider: TracerProvider): Instrumentation {
  const instrumentation = new Undici({
    enabled: false,
    requireParentforSpans: true,
    requestHook: removeReplacedHeaders,
    responseHook: (span, { response }) => setErrorStatus(span, response.statusCode),
  });
  modulePatchersOf(instrumentation)[0]?._modules.push(queuedRequests());
  instrumentation.setTracerProvider(provider);
  return instrumentation;
}

/** Client spans for `fetch` and undici, through the diagnostics channels of Node.js. */
export const instrumentation: InstrumentationDefinition<Module> = {
  package: PACKAGE,
  version: '~0.32.0',
  testedMinors: [32, 34],
  load() {
    // Bundlers accept a missing package only in a try statement.
    try {
      return require('@opentelemetry/instrumentation-undici') as Module;
    } catch (error) {
      return undefinedIfMissing(error, '@opentelemetry/instrumentation-undici');
    }
  },
  create,
};
