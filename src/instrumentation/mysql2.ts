import { trace } from '@opentelemetry/api';
import type { TracerProvider } from '@opentelemetry/api';
import type { Instrumentation } from '../config/options';
import { keepContextOf } from './kept-context';
import { definitionOf, moduleFile } from './module-definitions';
import { parentedProvider } from './providers';
import type { InstrumentationDefinition } from './registry';
import { verbOf, withoutValues } from './sql-text';

type Module = typeof import('@opentelemetry/instrumentation-mysql2');

/** Asked also where no span is recorded; then nothing is read. */
function maskStatement(sql: string): string {
  return trace.getActiveSpan()?.isRecording() === true ? withoutValues(sql, 'mysql') : '';
}

function create({ MySQL2Instrumentation: MySQL2 }: Module, provider: TracerProvider): Instrumentation {
  const instrumentation = new MySQL2({ enabled: false, maskStatement: true, maskStatementHook: maskStatement });
  const definition = definitionOf(instrumentation, 'mysql2');
  // Before its own file: what it wraps must be ours, so that it still recognizes what it has wrapped.
  definition.files.unshift(
    moduleFile('mysql2/lib/connection.js', definition.supportedVersions, (exported) =>
      keepContextOf(exported, 'query', 'execute'),
    ),
    moduleFile('mysql2/lib/pool.js', definition.supportedVersions, (exported) =>
      keepContextOf(exported, 'getConnection', 'query', 'execute'),
    ),
  );
  instrumentation.setTracerProvider(parentedProvider(provider, verbOf));
  return instrumentation;
}

/** Spans for `mysql2`: queries and prepared statements, their text without values, under the call that made them also where a pool's connections are all taken. */
export const instrumentation: InstrumentationDefinition<Module> = {
  package: '@opentelemetry/instrumentation-mysql2',
  version: '~0.68.0',
  load: () => require('@opentelemetry/instrumentation-mysql2') as Module,
  create,
};
