import type { TracerProvider } from '@opentelemetry/api';
import type { Instrumentation } from '../config/options';
import { bindCallbacks } from './bind-callbacks';
import { definitionOf, moduleFile } from './module-definitions';
import { undefinedIfMissing } from './optional-package';
import { commandText } from './query-text';
import type { InstrumentationDefinition } from './registry';

type Module = typeof import('@opentelemetry/instrumentation-redis');

function create({ RedisInstrumentation: Redis }: Module, provider: TracerProvider): Instrumentation {
  const instrumentation = new Redis({ enabled: false, requireParentSpan: true, dbStatementSerializer: commandText });
  // If all clients of a pool are taken, it runs a command in the context that returned a client.
  const lost = 'a command that waits for a client of a pool may be in the trace of another invocation';
  definitionOf(instrumentation, '@redis/client', lost)?.files.push(
    moduleFile('@redis/client/dist/lib/client/pool.js', ['^5.0.0', '^6.0.0'], lost, (exported) =>
      bindCallbacks((exported as { RedisClientPool?: unknown }).RedisClientPool, 'execute'),
    ),
  );
  instrumentation.setTracerProvider(provider);
  return instrumentation;
}

/** Spans for connecting with and the commands of `redis`, without their arguments. */
export const instrumentation: InstrumentationDefinition<Module> = {
  package: '@opentelemetry/instrumentation-redis',
  version: '~0.70.0',
  testedMinors: [70, 72],
  load() {
    // Bundlers accept a missing package only in a try statement.
    try {
      return require('@opentelemetry/instrumentation-redis') as Module;
    } catch (error) {
      return undefinedIfMissing(error, '@opentelemetry/instrumentation-redis');
    }
  },
  create,
};
