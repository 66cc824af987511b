import type { TracerProvider } from '@opentelemetry/api';
import type { Instrumentation } from '../config/options';

/** How one official instrumentation is set up. Each file of this folder exports one as `instrumentation`. */
export interface InstrumentationDefinition<M = object> {
  /** The package, and the version range that matches the SDK: the one to install if it is missing. */
  readonly package: string;
  readonly version: string;
  /** The first and the last minor version with which it was tested; the major version is 0. */
  readonly testedMinors: readonly [number, number];
  /** Loads the package; `undefined` if it is not installed. The literal name lets bundlers include it if it is. */
  load(): M | undefined;
  /** Creates the instrumentation, configured but not enabled. */
  create(module: M, provider: TracerProvider): Instrumentation;
}

/** What is known of an instrumentation before its file is loaded. */
interface RegistryEntry {
  /** Whether its library sends trace context. If so, it is set up even if the invocation is not recorded. */
  readonly propagates: boolean;
  /** Loads the file with its definition. */
  load(): { readonly instrumentation: InstrumentationDefinition };
}

const entry = (propagates: boolean, load: RegistryEntry['load']): RegistryEntry => ({ propagates, load });

/** The official instrumentations that the option `instrumentations` sets up by name. `undici` includes `fetch`. */
export const INSTRUMENTATIONS = {
  http: entry(true, () => require('./http') as typeof import('./http')),
  undici: entry(true, () => require('./undici') as typeof import('./undici')),
  mysql2: entry(false, () => require('./mysql2') as typeof import('./mysql2')),
  pg: entry(false, () => require('./pg') as typeof import('./pg')),
  redis: entry(false, () => require('./redis') as typeof import('./redis')),
  ioredis: entry(false, () => require('./ioredis') as typeof import('./ioredis')),
  kafkajs: entry(true, () => require('./kafkajs') as typeof import('./kafkajs')),
};

/** A name that the option `instrumentations` accepts. */
export type InstrumentationName = keyof typeof INSTRUMENTATIONS;
