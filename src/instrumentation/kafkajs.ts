import type { TracerProvider } from '@opentelemetry/api';
import type { Instrumentation } from '../config/options';
import { definitionOf, moduleFile } from './module-definitions';
import { parentedProvider } from './providers';
import type { InstrumentationDefinition } from './registry';

type Module = typeof import('@opentelemetry/instrumentation-kafkajs');

type Method = (this: unknown, ...args: unknown[]) => unknown;
/** As an instrumentation makes it: given a library's own method, it gives a traced one. */
type GetPatch = () => (original: Method) => Method;

/**
 * Has a method that an instrumentation patches get what `copyOf` makes of its first argument: some write into what the program gave them.
 * Where `copyOf` gives nothing, or throws, the library's own method is called. `name` is that of the member which makes the patch.
 */
export function giveCopy(instrumentation: object, name: string, copyOf: (given: unknown) => unknown): void {
  const getPatch: unknown = Reflect.get(instrumentation, name);
  if (typeof getPatch !== 'function') return;
  const replaced: GetPatch = () => {
    const patch = Reflect.apply(getPatch as GetPatch, instrumentation, []);
    return (original) => {
      const traced = patch(original);
      return function withCopy(this: unknown, ...args: unknown[]): unknown {
        const copy = copySafely(copyOf, args[0]);
        return copy === undefined ? original.apply(this, args) : traced.call(this, copy, ...args.slice(1));
      };
    };
  };
  Reflect.set(instrumentation, name, replaced);
}

function copySafely(copyOf: (given: unknown) => unknown, given: unknown): unknown {
  try {
    return copyOf(given);
  } catch {
    return undefined;
  }
}

/** What kafkajs reads of a message. */
const FIELDS = ['key', 'value', 'partition', 'timestamp'] as const;

/** A message with headers that are nobody else's; nothing where kafkajs would refuse it. */
function copyOfMessage(message: unknown): object | undefined {
  if (typeof message !== 'object' || message === null) return undefined;
  const copy: Record<string, unknown> = { ...message };
  // Of an object of a class they need not be its own.
  for (const field of FIELDS) if (!(field in copy) && field in message) copy[field] = Reflect.get(message, field);
  if (copy.value === undefined) return undefined;
  const headers: unknown = Reflect.get(message, 'headers');
  copy.headers = typeof headers === 'object' && headers !== null ? { ...headers } : {};
  return copy;
}

function copyOfList(list: unknown, copyOf: (item: unknown) => object | undefined): object[] | undefined {
  if (!Array.isArray(list)) return undefined;
  const copies = (list as unknown[]).map(copyOf);
  return copies.includes(undefined) ? undefined : (copies as object[]);
}

/** What `send` is given, with messages of its own. */
function copyOfRecord(record: unknown): object | undefined {
  if (typeof record !== 'object' || record === null) return undefined;
  const messages = copyOfList(Reflect.get(record, 'messages'), copyOfMessage);
  return messages && { ...record, messages };
}

/** What `sendBatch` is given, with messages of its own. */
function copyOfBatch(batch: unknown): object | undefined {
  if (typeof batch !== 'object' || batch === null) return undefined;
  const topicMessages = copyOfList(Reflect.get(batch, 'topicMessages'), copyOfRecord);
  return topicMessages && { ...batch, topicMessages };
}

/** What a consumer is run with: the program's object, seen through one that its methods can be replaced on. */
function viewOfConfig(config: unknown): object | undefined {
  return typeof config === 'object' && config !== null ? (Object.create(config) as object) : undefined;
}

/**
 * Has the instrumentation write into copies of the messages that a program sends, and of what it runs consumers with. It writes into the program's own, which can be frozen; which
 * several messages, or invocations, can share, so that the one that comes last gives its trace to all; and which show in errors. What kafkajs would
 * refuse goes to it without the instrumentation, which stumbles over it in its own way.
 */
export function giveCopies(instrumentation: object): void {
  giveCopy(instrumentation, '_getSendPatch', copyOfRecord);
  giveCopy(instrumentation, '_getSendBatchPatch', copyOfBatch);
  giveCopy(instrumentation, '_getConsumerRunPatch', viewOfConfig);
}

function create({ KafkaJsInstrumentation: KafkaJs }: Module, provider: TracerProvider): Instrumentation {
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

/** Spans for `kafkajs`: messages that are sent, by producers that were made after this, and messages that are taken. */
export const instrumentation: InstrumentationDefinition<Module> = {
  package: '@opentelemetry/instrumentation-kafkajs',
  version: '~0.31.0',
  load: () => require('@opentelemetry/instrumentation-kafkajs') as Module,
  create,
};
