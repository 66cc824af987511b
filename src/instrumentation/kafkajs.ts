import type { TracerProvider } from '@opentelemetry/api';
import type { KafkaJsInstrumentation } from '@opentelemetry/instrumentation-kafkajs';
import type { InstrumentationModules } from './instrumentation-packages';
import { giveCopies } from './kafka-messages';
import { definitionOf, moduleFile } from './module-definitions';
import { parentedProvider } from './parented-provider';

/** Spans for `kafkajs`: messages that are sent, by producers that were made after this, and messages that are taken. */
export function createKafkaJsInstrumentation(
  { KafkaJsInstrumentation: KafkaJs }: InstrumentationModules['kafkajs'],
  provider: TracerProvider,
): KafkaJsInstrumentation {
  const instrumentation = new KafkaJs({ enabled: false });
  const definition = definitionOf(instrumentation, 'kafkajs');
  // The main file of a CommonJS package is not seen when an ES module imports it, what that file requires is.
  definition.files.push(
    moduleFile(
      'kafkajs/src/index.js',
      ['>=1 <3'],
      (exported, version) => void definition.patch?.({ Kafka: exported }, version),
    ),
  );
  giveCopies(instrumentation);
  instrumentation.setTracerProvider(parentedProvider(provider));
  return instrumentation;
}
