import type { TracerProvider } from '@opentelemetry/api';
import type { Instrumentation } from '../config/options';
import { keepContextOf } from './kept-context';
import { definitionOf, moduleFile } from './module-definitions';
import type { InstrumentationDefinition } from './registry';

type Module = typeof import('@opentelemetry/instrumentation-redis');

/** So many arguments are shown, each as `?`. */
const MOST = 8;

/** A command of Redis without what it was called with: keys and values alike can be secret. */
export function commandText(command: string, args: readonly unknown[]): string {
  const shown = Math.min(args.length, MOST);
  return `${command}${' ?'.repeat(shown)}${args.length > MOST ? ' …' : ''}`;
}

function create({ RedisInstrumentation: Redis }: Module, provider: TracerProvider): Instrumentation {
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

/** Spans for `redis`: connecting and commands, without what they were called with. */
export const instrumentation: InstrumentationDefinition<Module> = {
  package: '@opentelemetry/instrumentation-redis',
  version: '~0.70.0',
  load: () => require('@opentelemetry/instrumentation-redis') as Module,
  create,
};
