import { context } from '@opentelemetry/api';
import type { Context, Span, TracerProvider } from '@opentelemetry/api';
import type { PgRequestHookInformation } from '@opentelemetry/instrumentation-pg';
import type { Instrumentation } from '../config/options';
import { ATTR_DB_QUERY_TEXT } from '../semconv';
import { giveCopy } from './kafkajs';
import { replaceOnce } from './kept-context';
import { definitionOf } from './module-definitions';
import type { InstrumentationDefinition } from './registry';
import { verbOf, withoutValues } from './sql-text';

type Module = typeof import('@opentelemetry/instrumentation-pg');

/** Puts the statement on the span without the values in it; the instrumentation has put it there as it is. */
function hideValues(span: Span, { query: { text, name }, connection: { database } }: PgRequestHookInformation): void {
  if (!span.isRecording()) return;
  span.setAttribute(ATTR_DB_QUERY_TEXT, withoutValues(text, 'postgresql'));
  const isWord = /^\s*\w+;?(?: |$)/.test(text);
  if (!isWord && (name === undefined || name === '')) {
    span.updateName(`pg.query:${verbOf(text).toUpperCase()}${database ? ` ${database}` : ''}`);
  }
}

/**
 * A query with a callback, seen through an object whose callback can be replaced: the program's can be frozen, and one that is used again would
 * call back in the context of each use before. One that is a query itself must stay that object.
 */
function viewOfQuery(query: unknown): unknown {
  if (typeof query !== 'object' || query === null || typeof Reflect.get(query, 'submit') === 'function') return query;
  const callback: unknown = Reflect.get(query, 'callback');
  if (typeof callback !== 'function') return query;
  return Object.create(query, { callback: { value: callback, enumerable: true, writable: true, configurable: true } });
}

/**
 * Has a pool make a connection in the context of who waits for it: where one is closed, the pool makes a new one for whoever is next, in
 * the context of whoever closed it.
 */
function keepRequester(prototype: object): void {
  const waiting = new WeakMap<object, Context>();
  replaceOnce(
    prototype,
    'connect',
    (connect) =>
      function (this: { _pendingQueue?: object[] }, ...args: unknown[]): unknown {
        const before = this._pendingQueue?.length ?? 0;
        const result = connect.apply(this, args);
        const last = this._pendingQueue?.at(-1);
        if (last !== undefined && this._pendingQueue!.length > before) waiting.set(last, context.active());
        return result;
      },
  );
  replaceOnce(
    prototype,
    'newClient',
    (newClient) =>
      function (this: unknown, ...args: unknown[]): unknown {
        const from = waiting.get(args[0] as object);
        return from === undefined ? newClient.apply(this, args) : context.with(from, () => newClient.apply(this, args));
      },
  );
}

function create({ PgInstrumentation: Pg }: Module, provider: TracerProvider): Instrumentation {
  const instrumentation = new Pg({
    enabled: false,
    requireParentSpan: true,
    enhancedDatabaseReporting: false,
    requestHook: hideValues,
  });
  giveCopy(instrumentation, '_getClientQueryPatch', viewOfQuery);
  const pool = definitionOf(instrumentation, 'pg-pool');
  const { patch } = pool;
  pool.patch = (exported: { prototype?: object; default?: { prototype: object } }, version) => {
    const prototype = exported.prototype ?? exported.default?.prototype;
    if (prototype !== undefined) keepRequester(prototype);
    return patch?.(exported, version) as unknown;
  };
  instrumentation.setTracerProvider(provider);
  return instrumentation;
}

/** Spans for `pg`: connecting, waiting for a pool's connection, and queries, their text without values. */
export const instrumentation: InstrumentationDefinition<Module> = {
  package: '@opentelemetry/instrumentation-pg',
  version: '~0.74.0',
  load: () => require('@opentelemetry/instrumentation-pg') as Module,
  create,
};
