import { types } from 'node:util';
import { activeContext } from '../tracing/context/active-context';
import { outgoingFrom } from './outgoing';
import { w3cHeaders } from './outgoing-headers';

/** The names of the W3C headers, in lower case. Entries of another trace are removed. */
const NAMES = new Set(['traceparent', 'tracestate', 'baggage']);

function contextOfMessage(): Record<string, string> {
  return w3cHeaders(outgoingFrom(activeContext()));
}

/** `given` without its trace context, if `added` has one. */
function withoutNames(given: object, added: object): Record<string, unknown> {
  const entries = Object.entries(given) as [string, unknown][];
  return Object.fromEntries(
    'traceparent' in added ? entries.filter(([name]) => !NAMES.has(name.toLowerCase())) : entries,
  );
}

/**
 * Returns the headers of an outgoing message with the active trace: `traceparent`, and `tracestate` and `baggage` if
 * they exist. For `headers` of kafkajs and of amqplib, and for any client that accepts an object of strings.
 *
 * Call it in the span that sends, such as a method with `@Traced({ kind: 'producer' })`: all messages that are sent in
 * one span carry the context of that span. Outside of any invocation and span nothing is added. The argument is not
 * changed. Never throws.
 *
 * @param headers further headers; a trace context in them is replaced
 *
 * @example
 * ```ts
 * import { messageHeaders, Traced } from 'fc-traced';
 * import type { Producer } from 'kafkajs';
 * export class Orders {
 *   constructor(private readonly producer: Producer) {}
 *   ;@Traced({ kind: 'producer' })
 *   async send(order: { id: number }): Promise<void> {
 *     await this.producer.send({ topic: 'orders', messages: [{ value: JSON.stringify(order), headers: messageHeaders() }] });
 *   }
 * }
 * ```
 */
export function messageHeaders<H extends object = Record<never, never>>(headers?: H): H & Record<string, string> {
  const added = contextOfMessage();
  return { ...withoutNames(headers ?? {}, added), ...added } as H & Record<string, string>;
}

/** The properties of a message in `@alicloud/mq-http-sdk`. */
interface PutsProperties {
  putProperty(key: string, value: string): unknown;
}

/**
 * Returns the properties of an outgoing RocketMQ message with the active trace. Accepts a `Map`
 * (`rocketmq-client-nodejs`), which is copied, or an object with `putProperty` (`MessageProperties` of
 * `@alicloud/mq-http-sdk`), which is changed and returned. Otherwise like {@link messageHeaders}.
 *
 * @example
 * ```ts
 * import { rocketMqProperties } from 'fc-traced';
 * export const message = (body: Buffer) => ({ topic: 'orders', body, properties: rocketMqProperties(new Map([['tenant', 'a']])) });
 * ```
 */
export function rocketMqProperties(): Map<string, string>;
export function rocketMqProperties<P extends Map<string, string> | PutsProperties>(properties: P): P;
export function rocketMqProperties(
  properties: Map<string, string> | PutsProperties = new Map(),
): Map<string, string> | PutsProperties {
  const added = Object.entries(contextOfMessage());
  if (!types.isMap(properties)) {
    for (const [name, value] of added) properties.putProperty(name, value);
    return properties;
  }
  return new Map([
    ...(Object.entries(withoutNames(Object.fromEntries(properties), Object.fromEntries(added))) as [string, string][]),
    ...added,
  ]);
}

/**
 * Returns the extension attributes of an outgoing CloudEvent with the active trace: `traceparent` and `tracestate` of
 * the distributed tracing extension. For `extensions` of EventBridge's `putEvents`. Otherwise like {@link
 * messageHeaders}.
 *
 * @example
 * ```ts
 * import { cloudEventExtensions } from 'fc-traced';
 * export const event = { id: '1', source: 'shop', type: 'order', extensions: cloudEventExtensions() };
 * ```
 */
export function cloudEventExtensions<H extends object = Record<never, never>>(
  extensions?: H,
): H & Record<string, string> {
  return withoutBaggage(extensions);
}

/**
 * Returns the user metadata of an OSS object with the active trace: `traceparent` and `tracestate`. For the option
 * `meta` of ali-oss, which adds `x-oss-meta-` to each name. Baggage is omitted: OSS limits the metadata of an object to
 * 8 KB. Otherwise like {@link messageHeaders}.
 *
 * @example
 * ```ts
 * import { ossMeta } from 'fc-traced';
 * export const options = () => ({ meta: ossMeta({ owner: 'shop' }) });
 * ```
 */
export function ossMeta<H extends object = Record<never, never>>(meta?: H): H & Record<string, string> {
  return withoutBaggage(meta);
}

function withoutBaggage<H extends object>(given: H | undefined): H & Record<string, string> {
  const { baggage: _, ...added } = contextOfMessage();
  return { ...withoutNames(given ?? {}, added), ...added } as H & Record<string, string>;
}
