import { context } from '@opentelemetry/api';
import type { Context, Span, TracerProvider } from '@opentelemetry/api';
import type { PgRequestHookInformation } from '@opentelemetry/instrumentation-pg';
import type { Instrumentation } from '../config/options';
import { ATTR_DB_QUERY_TEXT } from '../semconv';
import { replaceOnce } from './bind-callbacks';
import { copyFirstArgument, definitionOf, warnOfMissing } from './module-definitions';
import { undefinedIfMissing } from './optional-package';
import { verbOf, withoutValues } from './query-text';
import type { InstrumentationDefinition } from './registry';

type Module = typeof import('@opentelemetry/instrumentation-pg');

/** Replaces the statement that the instrumentation recorded with one that has no values. */
function hideValues(span: Span, { query: { text, name }, connection: { database } }: PgRequestHookInformation): void {
  if (!span.isRecording()) return;
  span.setAttribute(ATTR_DB_QUERY_TEXT, withoutValues(text, 'postgresql'));
  const startsWithWord = /^\s*\w+;?(?: |$)/.test(text);
  if (!startsWithWord && (name === undefined || name === '')) {
    span.updateName(`pg.query:${verbOf(text).toUpperCase()}${database ? ` ${database}` : ''}`);
  }
}

/**
 * Returns an object that inherits from a query with a callback, so that the instrumentation can replace the callback.
 * The program's object may be frozen, and one that is used again would call back in the contexts of all earlier uses.
 * A `Query`, which can be submitted itself, must stay the same object.
 */
function copyQuery(query: unknown): unknown {
  if (typeof query !== 'object' || query === null || typeof Reflect.get(query, 'submit') === 'function') return query;
  const callback: unknown = Reflect.get(query, 'callback');
  if (typeof callback !== 'function') return query;
  return Object.create(query, { callback: { value: callback, enumerable: true, writable: true, configurable: true } });
}

const LOST_IN_POOL = 'a connection that a pool opens for a waiting query may be in the trace of another invocation';

/**
 * Makes a pool open a connection in the context of the query that waits for it. When a connection is closed, the pool
 * opens a new one for the next waiting query, in the context that closed it.
 */
function openForRequester(prototype: object): void {
  const contexts = new WeakMap<object, Context>();
  const isConnectReplaced = replaceOnce(
    prototype,
    'connect',
    (connect) =>
      function (this: { _pendingQueue?: unknown }, ...args: unknown[]): unknown {
        const queue: unknown = this._pendingQueue;
        if (!Array.isArray(queue)) {
          warnOfMissing('pg-pool', 'array Pool._pendingQueue', LOST_IN_POOL);
          return connect.apply(this, args);
        }
        const before = queue.length;
        const result = connect.apply(this, args);
        if (queue.length > before) contexts.set(queue.at(-1) as object, context.active());
        return result;
      },
  );
  const isNewClientReplaced = replaceOnce(
    prototype,
    'newClient',
    (newClient) =>
      function (this: unknown, ...args: unknown[]): unknown {
        const requester = contexts.get(args[0] as object);
        return requester === undefined
          ? newClient.apply(this, args)
          : context.with(requester, () => newClient.apply(this, args));
      },
  );
  if (!isConnectReplaced) warnOfMissing('pg-pool', 'Pool.prototype.connect', LOST_IN_POOL);
  if (!isNewClientReplaced) warnOfMissing('pg-pool', 'Pool.prototype.newClient', LOST_IN_POOL);
}

function create({ PgInstrumentation: Pg }: Module, provider: TracerProvider): Instrumentation {
  const instrumentation = new Pg({
    enabled: false,
    requireParentSpan: true,
    enhancedDatabaseReporting: false,
    requestHook: hideValues,
  });
  const lost = 'query objects with a callback are changed, and those that are shared may be in the wrong trace';
  copyFirstArgument(instrumentation, '_getClientQueryPatch', lost, copyQuery);
  const definition = definitionOf(instrumentation, 'pg-pool', LOST_IN_POOL);
  const patch = definition?.patch;
  if (definition !== undefined) {
    definition.patch = (exported: { prototype?: object; default?: { prototype: object } }, version) => {
      const prototype = exported.prototype ?? exported.default?.prototype;
      if (prototype !== undefined) openForRequester(prototype);
      return patch?.(exported, version) as unknown;
    };
  }
  instrumentation.setTracerProvider(provider);
  return instrumentation;
}

/** Spans for `pg`: connecting, waiting for a connection of a pool, and queries, with their text but without values. */
export const instrumentation: InstrumentationDefinition<Module> = {
  package: '@opentelemetry/instrumentation-pg',
  version: '~0.74.0',
  testedMinors: [74, 77],
  load() {
    // Bundlers accept a missing package only in a try statement.
    try {
      return require('@opentelemetry/instrumentation-pg') as Module;
    } catch (error) {
      return undefinedIfMissing(error, '@opentelemetry/instrumentation-pg');
    }
  },
  create,
};
