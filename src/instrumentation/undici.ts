import { context, trace } from '@opentelemetry/api';
import type { Context, Span, TracerProvider } from '@opentelemetry/api';
import type { UndiciRequest } from '@opentelemetry/instrumentation-undici';
import type { Instrumentation } from '../config/options';
import { injectedIn, markRefused, removePairs, withoutLines } from './client-requests';
import { ownerOf, replaceOnce } from './kept-context';
import { moduleFile, patchingPartsOf } from './module-definitions';
import type { ModuleDefinition } from './module-definitions';
import type { InstrumentationDefinition } from './registry';

type Module = typeof import('@opentelemetry/instrumentation-undici');

const VERSIONS = ['>=6 <8'];

/** Takes the program's own copies of the headers that the client span is about to bring out of a request. */
function removeCopies(span: Span, request: UndiciRequest): void {
  const added = injectedIn(trace.setSpan(context.active(), span));
  if (Array.isArray(request.headers)) removePairs(request.headers, added);
  else if (typeof request.headers === 'string') request.headers = withoutLines(request.headers, added);
}

/**
 * A pool of undici whose connections are all taken keeps a request, and makes it when some other invocation's is answered.
 * With this it is made in the context that asked for it.
 */
function queuedRequests(): ModuleDefinition {
  const asked = new WeakMap<object, Context>();
  const contextOf = (handler: unknown): Context | undefined =>
    typeof handler === 'object' && handler !== null ? asked.get(handler) : undefined;
  return {
    name: 'undici',
    supportedVersions: VERSIONS,
    files: [
      moduleFile('undici/lib/dispatcher/pool-base.js', VERSIONS, (exported) => {
        const { prototype } = (exported as { PoolBase: { prototype: object } }).PoolBase;
        const kDispatch = Object.getOwnPropertySymbols(prototype).find(({ description }) => description === 'dispatch');
        if (kDispatch === undefined) return;
        replaceOnce(
          prototype,
          kDispatch,
          (dispatch) =>
            function (this: unknown, ...args: unknown[]): unknown {
              const [, handler] = args;
              if (typeof handler === 'object' && handler !== null) asked.set(handler, context.active());
              return dispatch.apply(this, args);
            },
        );
      }),
      moduleFile('undici/lib/dispatcher/dispatcher-base.js', VERSIONS, (exported) => {
        replaceOnce(
          ownerOf(exported, 'dispatch'),
          'dispatch',
          (dispatch) =>
            function (this: unknown, ...args: unknown[]): unknown {
              const from = contextOf(args[1]);
              return from === undefined
                ? dispatch.apply(this, args)
                : context.with(from, () => dispatch.apply(this, args));
            },
        );
      }),
    ],
  };
}

function create({ UndiciInstrumentation: Undici }: Module, provider: TracerProvider): Instrumentation {
  const instrumentation = new Undici({
    enabled: false,
    requireParentforSpans: true,
    requestHook: removeCopies,
    responseHook: (span, { response }) => markRefused(span, response.statusCode),
  });
  patchingPartsOf(instrumentation)[0]?._modules.push(queuedRequests());
  instrumentation.setTracerProvider(provider);
  return instrumentation;
}

/** Client spans for `fetch` and undici, through Node's diagnostics channels. */
export const instrumentation: InstrumentationDefinition<Module> = {
  package: '@opentelemetry/instrumentation-undici',
  version: '~0.32.0',
  load: () => require('@opentelemetry/instrumentation-undici') as Module,
  create,
};
