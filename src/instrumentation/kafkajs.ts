import type { TracerProvider } from '@opentelemetry/api';
import type { Instrumentation } from '../config/options';
import { copyFirstArgument, definitionOf, moduleFile } from './module-definitions';
import { undefinedIfMissing } from './optional-package';
import { childSpanProvider } from './providers';
import type { InstrumentationDefinition } from './registry';

type Module = typeof import('@opentelemetry/instrumentation-kafkajs');

/** The fields of a message that kafkajs reads. */
const FIELDS = ['key', 'value', 'partition', 'timestamp'] as const;

/** Copies a message and its headers. Returns `undefined` for a message that kafkajs would reject. */
function copyMessage(message: unknown): object | undefined {
  if (typeof message !== 'object' || message === null) return undefined;
  const copy: Record<string, unknown> = { ...message };
  // The fields may be inherited, for example accessors of a class.
  for (const field of FIELDS) if (!(field in copy) && field in message) copy[field] = Reflect.get(message, field);
  if (copy.value === undefined) return undefined;
  const headers: unknown = Reflect.get(message, 'headers');
  copy.headers = typeof headers === 'object' && headers !== null ? { ...headers } : {};
  return copy;
}

function copyList(list: unknown, copyItem: (item: unknown) => object | undefined): object[] | undefined {
  if (!Array.isArray(list)) return undefined;
  const copies = (list as unknown[]).map(copyItem);
  return copies.includes(undefined) ? undefined : (copies as object[]);
}

/** Copies the argument of `send`, including its messages. */
function copyRecord(record: unknown): object | undefined {
  if (typeof record !== 'object' || record === null) return undefined;
  const messages = copyList(Reflect.get(record, 'messages'), copyMessage);
  return messages && { ...record, messages };
}

/** Copies the argument of `sendBatch`, including its messages. */
function copyBatch(batch: unknown): object | undefined {
  if (typeof batch !== 'object' || batch === null) return undefined;
  const topicMessages = copyList(Reflect.get(batch, 'topicMessages'), copyRecord);
  return topicMessages && { ...batch, topicMessages };
}

/** Returns an object that inherits from the argument of a consumer's `run`, so that its methods can be replaced. */
function copyConfig(config: unknown): object | undefined {
  return typeof config === 'object' && config !== null ? (Object.create(config) as object) : undefined;
}

/**
 * Makes the instrumentation write to copies of messages and consumer configurations instead of the program's objects.
 * Those may be frozen, appear in errors, and be shared by several messages or invocations, which would then all carry
 * the trace context of the last one. Arguments that kafkajs would reject are passed to it untraced, because the
 * instrumentation fails on them with other errors.
 */
function copyArguments(instrumentation: { readonly instrumentationName: string }): void {
  const lostOfSend = 'messages are changed, and those that are shared may carry the wrong trace context';
  copyFirstArgument(instrumentation, '_getSendPatch', lostOfSend, copyRecord);
  copyFirstArgument(instrumentation, '_getSendBatchPatch', lostOfSend, copyBatch);
  const lostOfRun = 'the configuration of a consumer is changed, and a frozen one is not accepted';
  copyFirstArgument(instrumentation, '_getConsumerRunPatch', lostOfRun, copyConfig);
}

function create({ KafkaJsInstrumentation: KafkaJs }: Module, provider: TracerProvider): Instrumentation {
  const instrumentation = new KafkaJs({ enabled: false });
  const lost = 'messages that ES modules send and receive are not traced';
  const definition = definitionOf(instrumentation, 'kafkajs', lost);
  // If an ES module imports the package, only the files that its main file requires are seen.
  definition?.files.push(
    moduleFile(
      'kafkajs/src/index.js',
      ['>=1 <3'],
      lost,
      (exported, version) => void definition.patch?.({ Kafka: exported }, version),
    ),
  );
  copyArguments(instrumentation);
  instrumentation.setTracerProvider(childSpanProvider(provider));
  return instrumentation;
}

/** Spans for the messages that `kafkajs` sends and receives, from producers and consumers that are created later. */
export const instrumentation: InstrumentationDefinition<Module> = {
  package: '@opentelemetry/instrumentation-kafkajs',
  version: '~0.31.0',
  testedMinors: [31, 33],
  load() {
    // Bundlers accept a missing package only in a try statement.
    try {
      return require('@opentelemetry/instrumentation-kafkajs') as Module;
    } catch (error) {
      return undefinedIfMissing(error, '@opentelemetry/instrumentation-kafkajs');
    }
  },
  create,
};
