import type { InstrumentationName } from '../config/options';
import { programRequire } from './loaded-files';

/** The packages, each with the version that belongs to this line of the SDK. */
export const PACKAGES: Readonly<Record<InstrumentationName, { readonly name: string; readonly version: string }>> = {
  http: { name: '@opentelemetry/instrumentation-http', version: '~0.222.0' },
  undici: { name: '@opentelemetry/instrumentation-undici', version: '~0.32.0' },
  mysql2: { name: '@opentelemetry/instrumentation-mysql2', version: '~0.68.0' },
  pg: { name: '@opentelemetry/instrumentation-pg', version: '~0.74.0' },
  redis: { name: '@opentelemetry/instrumentation-redis', version: '~0.70.0' },
  ioredis: { name: '@opentelemetry/instrumentation-ioredis', version: '~0.70.0' },
  kafkajs: { name: '@opentelemetry/instrumentation-kafkajs', version: '~0.31.0' },
};

/** What each package exports. */
export interface InstrumentationModules {
  readonly http: typeof import('@opentelemetry/instrumentation-http');
  readonly undici: typeof import('@opentelemetry/instrumentation-undici');
  readonly mysql2: typeof import('@opentelemetry/instrumentation-mysql2');
  readonly pg: typeof import('@opentelemetry/instrumentation-pg');
  readonly redis: typeof import('@opentelemetry/instrumentation-redis');
  readonly ioredis: typeof import('@opentelemetry/instrumentation-ioredis');
  readonly kafkajs: typeof import('@opentelemetry/instrumentation-kafkajs');
}

/**
 * Loads the package of an instrumentation; nothing where it is not installed. Throws what the package throws.
 *
 * It is looked for beside fc-traced, then beside the program: fc-traced may be in a layer of the function.
 */
export function loadPackage<N extends InstrumentationName>(name: N): InstrumentationModules[N] | undefined {
  return (loadBeside(name) ?? loadFromProgram(name)) as InstrumentationModules[N] | undefined;
}

function loadBeside(name: InstrumentationName): unknown {
  // Each by its name, and inside of `try`: a bundler takes those along that are installed, and does not insist on the others.
  try {
    switch (name) {
      case 'http':
        return require('@opentelemetry/instrumentation-http');
      case 'undici':
        return require('@opentelemetry/instrumentation-undici');
      case 'mysql2':
        return require('@opentelemetry/instrumentation-mysql2');
      case 'pg':
        return require('@opentelemetry/instrumentation-pg');
      case 'redis':
        return require('@opentelemetry/instrumentation-redis');
      case 'ioredis':
        return require('@opentelemetry/instrumentation-ioredis');
      case 'kafkajs':
        return require('@opentelemetry/instrumentation-kafkajs');
    }
  } catch (error) {
    return unlessMissing(error, name);
  }
}

function loadFromProgram(name: InstrumentationName): unknown {
  try {
    return programRequire()(PACKAGES[name].name);
  } catch (error) {
    return unlessMissing(error, name);
  }
}

/** Nothing where it is the package itself that is not there, and no part of it; throws the error otherwise. A bundle that is an ES module has no `require`. */
function unlessMissing(error: unknown, name: InstrumentationName): undefined {
  const { code, message } = error as { code?: unknown; message?: unknown };
  const isMissing = code === 'MODULE_NOT_FOUND' && String(message).split('\n')[0]!.includes(`'${PACKAGES[name].name}'`);
  if (!isMissing && !String(message).startsWith('Dynamic require of')) throw error;
}
