import type { HandlerOptions } from '../config/options';
import type { HttpStreamEvent } from '../fc/http-event';
import type { TriggerEvents } from '../fc/trigger-events';
import type { CloudEvent } from '../fc/triggers/cloud-event';
import type { TriggerName } from '../fc/triggers/trigger';

// These types only refuse a method whose parameter cannot be the event. They do not require the exact type: the method
// may name the parts that it uses, or the type of a payload that FC passes on.

/** The shapes of a decoded event: a batch, a single record, and either without a CloudEvent. */
type ShapesOf<E> = E extends readonly (infer R)[]
  ? E | R | (R extends CloudEvent<infer D> ? D | readonly D[] : never)
  : E;

/** The triggers that pass on any value that was published. */
type PassesAnyValue = 'mns-topic' | 'eventbridge';

type DecodedEvent<N extends TriggerName> = N extends PassesAnyValue
  ? never
  : N extends 'http'
    ? TriggerEvents[N] | HttpStreamEvent
    : ShapesOf<TriggerEvents[N]>;

/** The event that an entry method gets with these options; `never` if it can be any value. */
export type EntryEvent<N, F> = N extends 'http' | 'api-gateway'
  ? DecodedEvent<N>
  : F extends 'bytes'
    ? Buffer
    : N extends TriggerName
      ? DecodedEvent<N>
      : never;

/** The options that determine the event of an entry method. */
export interface EntryEventOptions<N, F, M = string> {
  readonly trigger?: N & HandlerOptions['trigger'];
  readonly event?: F & HandlerOptions['event'];
  readonly method?: M & string;
}

// Declared as a method, whose parameters are compared in both directions.
type EntryMethod<E> = { method(event: E, ...others: never[]): unknown }['method'];

/** A class whose entry methods `M`, as far as it has them, accept the event `E`. */
export type AcceptsEvent<M extends string, E> = [E] extends [never]
  ? object
  : string extends M
    ? object
    : { readonly constructor: unknown } & { readonly [K in M extends string ? M : never]?: EntryMethod<E> };
