import type { TracerProvider } from '@opentelemetry/api';
import type { Instrumentation } from '../config/options';
import { definitionOf, moduleFile, warnOfMissing } from './module-definitions';
import { undefinedIfMissing } from './optional-package';
import { commandText } from './query-text';
import type { InstrumentationDefinition } from './registry';

type Module = typeof import('@opentelemetry/instrumentation-ioredis');

const PACKAGE = '@opentelemetry/instrumentation-ioredis';

type Send = (this: unknown, ...args: unknown[]) => unknown;
interface WrappedSend extends Send {
  /** The method that the instrumentation wrapped. */
  readonly __original?: Send;
}

/**
 * Traces each command once. A command that waits for the connection is sent again when the connection is open, in the
 * context that opened it, and would get a second span in another trace.
 */
function traceOnce(prototype: { sendCommand: WrappedSend }): void {
  const traced = prototype.sendCommand;
  const original = traced.__original;
  if (original === undefined) {
    const lost = 'a command that waits for the connection may get a second span';
    return warnOfMissing(PACKAGE, '__original on Redis.prototype.sendCommand', lost);
  }
  const seen = new WeakSet();
  function sendCommand(this: unknown, ...args: unknown[]): unknown {
    const [command] = args;
    if (typeof command !== 'object' || command === null) return traced.apply(this, args);
    if (seen.has(command)) return original!.apply(this, args);
    seen.add(command);
    return traced.apply(this, args);
  }
  // The properties by which the instrumentation recognizes a method that it wrapped, and reverts it.
  prototype.sendCommand = Object.assign(sendCommand, {
    __wrapped: true,
    __original: original,
    __unwrap: () => void (prototype.sendCommand = original),
  });
}

function create({ IORedisInstrumentation: IORedis }: Module, provider: TracerProvider): Instrumentation {
  const instrumentation = new IORedis({ enabled: false, requireParentSpan: true, dbStatementSerializer: commandText });
  const lost = 'commands that wait for the connection, and all commands in ES modules, may not be traced correctly';
  const definition = definitionOf(instrumentation, 'ioredis', lost);
  const patch = definition?.patch;
  if (definition !== undefined) {
    definition.patch = (
      exported: { prototype?: { sendCommand: Send }; default?: { prototype: { sendCommand: Send } } },
      version,
    ) => {
      const result: unknown = patch?.(exported, version);
      const prototype = exported.prototype ?? exported.default?.prototype;
      if (prototype !== undefined) traceOnce(prototype);
      return result;
    };
    // If an ES module imports the package, only the files that its main file requires are seen.
    definition.files.push(
      moduleFile(
        'ioredis/built/Redis.js',
        ['>=5 <7'],
        'commands in ES modules are not traced',
        (exported, version) => void definition.patch?.((exported as { default: unknown }).default, version),
      ),
    );
  }
  instrumentation.setTracerProvider(provider);
  return instrumentation;
}

/** Spans for the commands of `ioredis`, without their arguments. */
export const instrumentation: InstrumentationDefinition<Module> = {
  package: PACKAGE,
  version: '~0.70.0',
  testedMinors: [70, 72],
  load() {
    // Bundlers accept a missing package only in a try statement.
    try {
      return require('@opentelemetry/instrumentation-ioredis') as Module;
    } catch (error) {
      return undefinedIfMissing(error, '@opentelemetry/instrumentation-ioredis');
    }
  },
  create,
};
