import { activeContext } from '../tracing/context/active-context';
import { outgoingFrom } from './outgoing';
import { w3cHeaders } from './outgoing-headers';

/** The names of W3C in any case: an entry of another trace must not stay beside the one that is added. */
const NAMES = new Set(['traceparent', 'tracestate', 'baggage']);

function contextOfMessage(): Record<string, string> {
  return w3cHeaders(outgoingFrom(activeContext()));
}

/** What was given, without a trace that it may name already, where another takes its place. */
function withoutNames(given: object, added: object): Record<string, unknown> {
  const entries = Object.entries(given) as [string, unknown][];
  return Object.fromEntries(
    'traceparent' in added ? entries.filter(([name]) => !NAMES.has(name.toLowerCase())) : entries,
  );
}

/**
 * The headers of an outgoing message, with the active trace in them: `traceparent`, and `tracestate` and `baggage` where there are any. For
 * `headers` of kafkajs and of amqplib, and for any client that takes an object of strings.
 *
 * Call it inside the span that stands for the sending, such as a method with `@Traced({ kind: 'producer' })`: all messages that are
 * sent in one span name that span. Outside of any invocation and span nothing is added. The object that is given is not changed.
 * Never throws.
 *
 * @param headers further headers; a trace that they name is replaced
 *
 * @example
 * ```ts
 * import { messageHeaders, Traced } from 'fc-traced';
 * import type { Producer } from 'kafkajs';
 * export class Orders {
 *   constructor(private readonly producer: Producer) {}
 *   \@Traced({ kind: 'producer' })
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

/** Properties of a message as `@alicloud/mq-http-sdk` has them. */
interface PutsProperties {
  putProperty(key: string, value: string): unknown;
}

/**
 * The properties of an outgoing RocketMQ message, with the active trace in them. Takes and returns what the clients use: a `Map`
 * (`rocketmq-client-nodejs`), or an object with `putProperty` (`MessageProperties` of `@alicloud/mq-http-sdk`), which is filled and returned.
 * A given `Map` is copied. Rules are those of {@link messageHeaders}.
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
  if (!(properties instanceof Map)) {
    for (const [name, value] of added) properties.putProperty(name, value);
    return properties;
  }
  return new Map([
    ...(Object.entries(withoutNames(Object.fromEntries(properties), Object.fromEntries(added))) as [string, string][]),
    ...added,
  ]);
}

/**
 * The extension attributes of an outgoing CloudEvent, with the active trace in them: `traceparent` and `tracestate`, as the distributed
 * tracing extension of CloudEvents names them. For `extensions` of EventBridge's `putEvents`. Rules are those of {@link messageHeaders}.
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
 * The user metadata of an object that is put into OSS, with the active trace in it: `traceparent` and `tracestate`. For the option `meta` of
 * ali-oss, which adds `x-oss-meta-` to each name. Baggage is left out: OSS limits the metadata of an object to 8 KB in all. Rules are those
 * of {@link messageHeaders}.
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
