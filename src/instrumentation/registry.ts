import type { TracerProvider } from '@opentelemetry/api';
import type { Instrumentation } from '../config/options';

/** How fc-traced sets up one official instrumentation. Each is an exported constant `instrumentation` of a file in this folder. */
export interface InstrumentationDefinition<M = object> {
  /** The package and the version range that belongs to this line of the SDK. */
  readonly package: string;
  readonly version: string;
  /** Loads the package by its literal name, so that a bundler includes it where it is installed. Throws where it is not. */
  load(): M;
  /** Creates the instrumentation, set up but not enabled. */
  create(module: M, provider: TracerProvider): Instrumentation;
}

/** What is known of an instrumentation before its file is loaded. */
interface RegistryEntry {
  /** Whether its library sends requests that carry the trace: then it is set up also for invocations that are not recorded. */
  readonly propagates: boolean;
  /** Loads the file with its definition. */
  load(): { readonly instrumentation: InstrumentationDefinition };
}

const entry = (propagates: boolean, load: RegistryEntry['load']): RegistryEntry => ({ propagates, load });

/** The official instrumentations that the option `instrumentations` sets up by name. `undici` is also `fetch`. */
export const INSTRUMENTATIONS = {
  http: entry(true, () => require('./http') as typeof import('./http')),
  undici: entry(true, () => require('./undici') as typeof import('./undici')),
  mysql2: entry(false, () => require('./mysql2') as typeof import('./mysql2')),
  pg: entry(false, () => require('./pg') as typeof import('./pg')),
  redis: entry(false, () => require('./redis') as typeof import('./redis')),
  ioredis: entry(false, () => require('./ioredis') as typeof import('./ioredis')),
  kafkajs: entry(true, () => require('./kafkajs') as typeof import('./kafkajs')),
};

/** A name that the option `instrumentations` takes. */
export type InstrumentationName = keyof typeof INSTRUMENTATIONS;
