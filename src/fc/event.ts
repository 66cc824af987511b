import { isUtf8 } from 'node:buffer';
import { types } from 'node:util';
import { readField } from '../safe-access';
import { parsedJson } from './json';
import { cloudEventType, elementsOf, parsedRecord } from './triggers/cloud-event';
import type { Trigger, TriggerName } from './triggers/trigger';

/** The first bytes of Tablestore's CBOR: a map of two entries whose first key is `Version` or `Records`. */
const CBOR_OPENINGS = [Buffer.from('\xa2\x67Version', 'latin1'), Buffer.from('\xa2\x67Records', 'latin1')];

/**
 * Decodes the event that FC passes. Bytes or a string that are JSON (RFC 8259) become the parsed value, and so do the
 * CBOR bytes of Tablestore. The JSON is UTF-8, or UTF-16 with a byte-order mark. Anything else is returned unchanged,
 * as the same object. Never throws.
 */
export function decodeEvent(event: unknown): unknown {
  if (typeof event === 'string') return parsedJson(event, event);
  if (!types.isUint8Array(event) || event.byteLength === 0) return event;
  const bytes = asBuffer(event);
  if (CBOR_OPENINGS.some((opening) => opening.equals(bytes.subarray(0, opening.length)))) {
    const { decodeTablestoreEvent } = require('./triggers/tablestore') as typeof import('./triggers/tablestore');
    return decodeTablestoreEvent(bytes) ?? event;
  }
  const text = isUtf8(bytes) ? bytes.toString('utf8') : utf16TextOf(bytes);
  return text === undefined ? event : parsedJson(text, event);
}

/** The text of bytes that start with a byte-order mark of UTF-16. */
function utf16TextOf(bytes: Buffer): string | undefined {
  const mark = bytes.length % 2 === 0 ? bytes.readUInt16BE(0) : 0;
  if (mark === 0xff_fe) return bytes.toString('utf16le');
  return mark === 0xfe_ff ? Buffer.from(bytes).swap16().toString('utf16le') : undefined;
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/**
 * The exact bytes of an event. FC passes a `Buffer`, which is returned as the same object. A string is encoded as
 * UTF-8. Any other value is returned unchanged: FC does not pass one.
 */
export function bytesOfEvent(event: unknown): unknown {
  if (typeof event === 'string') return Buffer.from(event);
  return types.isUint8Array(event) ? asBuffer(event) : event;
}

/** A cheap test whether an event may be of a trigger: the file of the trigger is loaded only if it passes. */
interface TriggerEntry {
  readonly name: TriggerName;
  /** The prefix of the `type` of its CloudEvents, which identifies them. */
  readonly type?: string;
  /** Keys of its payload. One of them must exist, and `matches` must accept the payload. */
  readonly keys?: readonly string[];
  readonly load: () => Trigger;
}

// Each file is loaded by the first event that may need it: an HTTP function loads no code for Kafka.
const TRIGGERS: readonly TriggerEntry[] = [
  {
    name: 'http',
    keys: ['rawPath'],
    load: () => (require('./triggers/http') as typeof import('./triggers/http')).http,
  },
  {
    name: 'api-gateway',
    keys: ['httpMethod'],
    load: () => (require('./triggers/api-gateway') as typeof import('./triggers/api-gateway')).apiGateway,
  },
  {
    name: 'timer',
    keys: ['triggerTime'],
    load: () => (require('./triggers/timer') as typeof import('./triggers/timer')).timer,
  },
  { name: 'oss', keys: ['events'], load: () => (require('./triggers/oss') as typeof import('./triggers/oss')).oss },
  { name: 'cdn', keys: ['events'], load: () => (require('./triggers/cdn') as typeof import('./triggers/cdn')).cdn },
  { name: 'sls', keys: ['jobName'], load: () => (require('./triggers/sls') as typeof import('./triggers/sls')).sls },
  {
    name: 'tablestore',
    keys: ['Records'],
    load: () => (require('./triggers/tablestore') as typeof import('./triggers/tablestore')).tablestore,
  },
  {
    name: 'mns-topic',
    keys: ['TopicName', 'attrs'],
    load: () => (require('./triggers/mns-topic') as typeof import('./triggers/mns-topic')).mnsTopic,
  },
  {
    name: 'mns-queue',
    type: 'mns:Queue:',
    keys: ['messageBody'],
    load: () => (require('./triggers/mns-queue') as typeof import('./triggers/mns-queue')).mnsQueue,
  },
  {
    name: 'rocketmq',
    type: 'mq:Topic:',
    keys: ['systemProperties'],
    load: () => (require('./triggers/rocketmq') as typeof import('./triggers/rocketmq')).rocketmq,
  },
  {
    name: 'kafka',
    type: 'alikafka:',
    keys: ['partition'],
    load: () => (require('./triggers/kafka') as typeof import('./triggers/kafka')).kafka,
  },
  {
    name: 'rabbitmq',
    type: 'amqp:',
    keys: ['envelope'],
    load: () => (require('./triggers/rabbitmq') as typeof import('./triggers/rabbitmq')).rabbitmq,
  },
  { name: 'mqtt', keys: ['props'], load: () => (require('./triggers/mqtt') as typeof import('./triggers/mqtt')).mqtt },
  {
    name: 'dts',
    type: 'dts:',
    keys: ['topicPartition'],
    load: () => (require('./triggers/dts') as typeof import('./triggers/dts')).dts,
  },
  {
    name: 'async-destination',
    keys: ['responseContext'],
    load: () =>
      (require('./triggers/async-destination') as typeof import('./triggers/async-destination')).asyncDestination,
  },
  // Last: it matches every CloudEvent.
  {
    name: 'eventbridge',
    type: '',
    load: () => (require('./triggers/eventbridge') as typeof import('./triggers/eventbridge')).eventbridge,
  },
];

/** The values of the option `trigger`. */
export const TRIGGER_NAMES: readonly TriggerName[] = TRIGGERS.map(({ name }) => name);

const OTHER: Trigger = { name: 'other', faasTrigger: 'other', matches: () => true };

/** The trigger of a name. */
export function triggerNamed(name: TriggerName): Trigger {
  return TRIGGERS.find((entry) => entry.name === name)?.load() ?? OTHER;
}

/**
 * Detects the trigger by the shape of the decoded event. Returns the trigger `other` if no shape matches. Never throws.
 */
export function detectTrigger(event: unknown): Trigger {
  if (typeof event !== 'object' || event === null) return OTHER;
  try {
    const first: unknown = Array.isArray(event) ? parsedRecord((event as unknown[])[0]) : event;
    const type = cloudEventType(first);
    for (const entry of TRIGGERS) {
      if (type !== undefined ? hasType(entry, type) : hasShape(entry, first)) return entry.load();
    }
  } catch {
    // An event that throws when it is read matches no trigger.
  }
  return OTHER;
}

function hasType({ type }: TriggerEntry, eventType: string): boolean {
  return type !== undefined && eventType.startsWith(type);
}

function hasShape({ keys, load }: TriggerEntry, payload: unknown): boolean {
  return keys?.some((key) => readField(payload, key) !== undefined) === true && load().matches(payload);
}

/**
 * Whether a handler with the option `trigger` accepts an event: the events of that trigger, empty arrays for triggers
 * of batches, every CloudEvent for `eventbridge`, and events of an unknown shape for triggers that can send any value.
 */
export function isEventOf(trigger: Trigger, detected: Trigger, event: unknown): boolean {
  if (detected.name === trigger.name) return true;
  if (trigger.name === 'eventbridge') {
    return detected.name === 'other' || cloudEventType(elementsOf(event)[0]) !== undefined;
  }
  if (detected.name !== 'other') return false;
  return trigger.sendsAnyValue === true || (trigger.records?.list === undefined && isEmptyBatch(trigger, event));
}

function isEmptyBatch({ records }: Trigger, event: unknown): boolean {
  return records !== undefined && Array.isArray(event) && event.length === 0;
}
