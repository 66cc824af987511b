import type { TracerProvider } from '@opentelemetry/api';
import type { Instrumentation, InstrumentationName } from '../config/options';
import { createHttpInstrumentation } from './http';
import type { InstrumentationModules } from './instrumentation-packages';
import { createIORedisInstrumentation } from './ioredis';
import { createKafkaJsInstrumentation } from './kafkajs';
import { createMySQL2Instrumentation } from './mysql2';
import { createPgInstrumentation } from './pg';
import { createRedisInstrumentation } from './redis';
import { createUndiciInstrumentation } from './undici';

type Create<N extends InstrumentationName> = (
  module: InstrumentationModules[N],
  provider: TracerProvider,
) => Instrumentation;

const CREATE: { readonly [N in InstrumentationName]: Create<N> } = {
  http: createHttpInstrumentation,
  undici: createUndiciInstrumentation,
  mysql2: createMySQL2Instrumentation,
  pg: createPgInstrumentation,
  redis: createRedisInstrumentation,
  ioredis: createIORedisInstrumentation,
  kafkajs: createKafkaJsInstrumentation,
};

/** Makes the instrumentation of a name, set up but not enabled; nothing where its package is not there. */
export function createNamed<N extends InstrumentationName>(
  name: N,
  load: (name: N) => InstrumentationModules[N] | undefined,
  provider: TracerProvider,
): Instrumentation | undefined {
  const module = load(name);
  return module === undefined ? undefined : CREATE[name](module, provider);
}
