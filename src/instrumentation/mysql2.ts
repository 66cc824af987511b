import { trace } from '@opentelemetry/api';
import type { TracerProvider } from '@opentelemetry/api';
import type { Instrumentation } from '../config/options';
import { bindCallbacks } from './bind-callbacks';
import { definitionOf, moduleFile } from './module-definitions';
import { undefinedIfMissing } from './optional-package';
import { childSpanProvider } from './providers';
import { verbOf, withoutValues } from './query-text';
import type { InstrumentationDefinition } from './registry';

type Module = typeof import('@opentelemetry/instrumentation-mysql2');

/** Called for spans that are not recorded too; those need no text. */
function maskStatement(sql: string): string {
  return trace.getActiveSpan()?.isRecording() === true ? withoutValues(sql, 'mysql') : '';
}

function create({ MySQL2Instrumentation: MySQL2 }: Module, provider: TracerProvider): Instrumentation {
  const instrumentation = new MySQL2({ enabled: false, maskStatement: true, maskStatementHook: maskStatement });
  const lost = 'a query that waits for a connection of a pool may be in the trace of another invocation';
  const definition = definitionOf(instrumentation, 'mysql2', lost);
  const versions = definition?.supportedVersions ?? [];
  // Before the instrumentation's own file, which wraps the methods and must recognize its wrappers later.
  definition?.files.unshift(
    moduleFile('mysql2/lib/connection.js', versions, lost, (exported) => bindCallbacks(exported, 'query', 'execute')),
    moduleFile('mysql2/lib/pool.js', versions, lost, (exported) =>
      bindCallbacks(exported, 'getConnection', 'query', 'execute'),
    ),
  );
  instrumentation.setTracerProvider(childSpanProvider(provider, verbOf));
  return instrumentation;
}

/**
 * Spans for queries and prepared statements of `mysql2`, with their text but without values. A query that waits for a
 * connection of a pool is a child of the call that made it.
 */
export const instrumentation: InstrumentationDefinition<Module> = {
  package: '@opentelemetry/instrumentation-mysql2',
  version: '~0.68.0',
  testedMinors: [68, 70],
  load() {
    // Bundlers accept a missing package only in a try statement.
    try {
      return require('@opentelemetry/instrumentation-mysql2') as Module;
    } catch (error) {
      return undefinedIfMissing(error, '@opentelemetry/instrumentation-mysql2');
    }
  },
  create,
};
