import type { TracerProvider } from '@opentelemetry/api';
import type { Instrumentation } from '../config/options';
import { definitionOf, moduleFile } from './module-definitions';
import { commandText } from './redis';
import type { InstrumentationDefinition } from './registry';

type Module = typeof import('@opentelemetry/instrumentation-ioredis');

type Send = (this: unknown, ...args: unknown[]) => unknown;
interface WrappedSend extends Send {
  readonly __original?: Send;
}

/**
 * A command that waits for the connection is sent once more when there is one, in the context of whoever opened that: it already has its
 * span, and gets no second one in another trace.
 */
function traceOnce(prototype: { sendCommand: WrappedSend }): void {
  const traced = prototype.sendCommand;
  const original = traced.__original;
  if (original === undefined) return;
  const seen = new WeakSet();
  function sendCommand(this: unknown, ...args: unknown[]): unknown {
    const [command] = args;
    if (typeof command !== 'object' || command === null) return traced.apply(this, args);
    if (seen.has(command)) return original!.apply(this, args);
    seen.add(command);
    return traced.apply(this, args);
  }
  // The marks by which the instrumentation recognizes what it has wrapped, and takes it back.
  prototype.sendCommand = Object.assign(sendCommand, {
    __wrapped: true,
    __original: original,
    __unwrap: () => void (prototype.sendCommand = original),
  });
}

function create({ IORedisInstrumentation: IORedis }: Module, provider: TracerProvider): Instrumentation {
  const instrumentation = new IORedis({ enabled: false, requireParentSpan: true, dbStatementSerializer: commandText });
  const definition = definitionOf(instrumentation, 'ioredis');
  const { patch } = definition;
  definition.patch = (
    exported: { prototype?: { sendCommand: Send }; default?: { prototype: { sendCommand: Send } } },
    version,
  ) => {
    const result: unknown = patch?.(exported, version);
    const prototype = exported.prototype ?? exported.default?.prototype;
    if (prototype !== undefined) traceOnce(prototype);
    return result;
  };
  // The main file of a CommonJS package is not seen when an ES module imports it, what that file requires is.
  definition.files.push(
    moduleFile(
      'ioredis/built/Redis.js',
      ['>=5 <7'],
      (exported, version) => void definition.patch?.((exported as { default: unknown }).default, version),
    ),
  );
  instrumentation.setTracerProvider(provider);
  return instrumentation;
}

/** Spans for `ioredis`: commands, without what they were called with. */
export const instrumentation: InstrumentationDefinition<Module> = {
  package: '@opentelemetry/instrumentation-ioredis',
  version: '~0.70.0',
  load: () => require('@opentelemetry/instrumentation-ioredis') as Module,
  create,
};
