import { FcTracedError } from '../errors';
import { TRIGGER_NAMES } from '../fc/event';
import type { TriggerEvents } from '../fc/trigger-events';
import type { TriggerName } from '../fc/triggers/trigger';
import { SAMPLE_EVENTS } from './sample-events';

/**
 * The event that FC passes for a trigger: CBOR bytes for Tablestore, otherwise a value that `invoke` passes as JSON.
 */
export type FakeEvent<T extends TriggerName> = T extends 'tablestore' ? Buffer : TriggerEvents[T];

/** Parts of an event: nested objects are merged, and an array has one part for each of its elements. */
export type EventOverrides<E> = E extends readonly (infer R)[]
  ? readonly EventOverrides<R>[]
  : E extends Uint8Array | string | number | bigint | boolean | null | undefined
    ? E
    : E extends object
      ? { readonly [K in keyof E]?: EventOverrides<E[K]> }
      : E;

function isPlain(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !ArrayBuffer.isView(value);
}

/**
 * Merges `overrides` into `sample`. An array of objects gets one element for each override, merged into the first
 * element of the sample.
 */
function merged(sample: unknown, overrides: unknown): unknown {
  if (overrides === undefined) return sample;
  if (Array.isArray(sample) && Array.isArray(overrides)) {
    const first: unknown = (sample as unknown[])[0];
    return isPlain(first) ? overrides.map((override) => merged(first, override)) : overrides;
  }
  if (!isPlain(sample) || !isPlain(overrides)) return overrides;
  const entries = Object.entries(overrides).map(([key, value]) => [key, merged(sample[key], value)] as const);
  return { ...sample, ...Object.fromEntries(entries) };
}

/** Converts integers to bigints, which the encoder writes as 64-bit integers, as Tablestore sends them. */
function withIntegers(value: unknown): unknown {
  if (typeof value === 'number') return Number.isSafeInteger(value) ? BigInt(value) : value;
  if (Array.isArray(value)) return value.map(withIntegers);
  if (!isPlain(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, withIntegers(inner)]));
}

function toCbor(event: unknown): Buffer {
  const { Encoder } = require('cbor-x/index-no-eval') as typeof import('cbor-x');
  return Buffer.from(new Encoder({ useRecords: false, variableMapSize: true }).encode(withIntegers(event)));
}

/**
 * Returns an event of a trigger, in the exact shape that FC passes. A batch has one record, or one for each override.
 *
 * For Tablestore it is a buffer of CBOR, otherwise a value for `invoke`. Each call returns a new event.
 *
 * @param trigger the name of the trigger
 * @param overrides parts that differ from the sample; nested objects are merged, arrays are merged element by element
 * @throws FcTracedError `INVALID_OPTION` for a trigger that does not exist
 *
 * @example
 * ```ts
 * import { fakeEvent } from 'fc-traced/testing';
 * export const put = fakeEvent('oss', { events: [{ oss: { object: { key: 'in/teapot.png' } } }] });
 * export const orders = fakeEvent('kafka', [{ data: { value: '{"order":1}' } }, { data: { value: '{"order":2}' } }]);
 * ```
 */
export function fakeEvent<T extends TriggerName>(
  trigger: T,
  overrides?: EventOverrides<TriggerEvents[T]>,
): FakeEvent<T> {
  if (!Object.hasOwn(SAMPLE_EVENTS, trigger)) {
    throw new FcTracedError(
      'INVALID_OPTION',
      `fakeEvent has no trigger ${JSON.stringify(trigger)}. The triggers are ${TRIGGER_NAMES.join(', ')}.`,
    );
  }
  const event = merged(SAMPLE_EVENTS[trigger](), overrides);
  return (trigger === 'tablestore' ? toCbor(event) : event) as FakeEvent<T>;
}
