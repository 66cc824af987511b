import type { TracerProvider } from '@opentelemetry/api';
import type { RedisInstrumentation } from '@opentelemetry/instrumentation-redis';
import type { InstrumentationModules } from './instrumentation-packages';
import { keepContextOf } from './kept-context';
import { definitionOf, moduleFile } from './module-definitions';

/** So many arguments are shown, each as `?`. */
const MOST = 8;

/** A command of Redis without what it was called with: keys and values alike can be secret. */
export function commandText(command: string, args: readonly unknown[]): string {
  const shown = Math.min(args.length, MOST);
  return `${command}${' ?'.repeat(shown)}${args.length > MOST ? ' …' : ''}`;
}

/** Spans for `redis`: connecting and commands, without what they were called with. */
export function createRedisInstrumentation(
  { RedisInstrumentation: Redis }: InstrumentationModules['redis'],
  provider: TracerProvider,
): RedisInstrumentation {
  const instrumentation = new Redis({ enabled: false, requireParentSpan: true, dbStatementSerializer: commandText });
  // A pool whose clients are all taken runs a command when another invocation's is answered.
  definitionOf(instrumentation, '@redis/client').files.push(
    moduleFile('@redis/client/dist/lib/client/pool.js', ['^5.0.0', '^6.0.0'], (exported) =>
      keepContextOf((exported as { RedisClientPool?: unknown }).RedisClientPool, 'execute'),
    ),
  );
  instrumentation.setTracerProvider(provider);
  return instrumentation;
}
