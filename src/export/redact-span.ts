import { SpanStatusCode } from '@opentelemetry/api';
import type { Attributes, AttributeValue } from '@opentelemetry/api';
import type { Span } from '@opentelemetry/sdk-trace-base';
import { countError } from '../diagnostics';
import { readField } from '../safe-access';
import {
  ATTR_EXCEPTION_MESSAGE,
  ATTR_EXCEPTION_STACKTRACE,
  ATTR_HTTP_TARGET,
  ATTR_HTTP_URL,
  ATTR_URL_FULL,
  ATTR_URL_QUERY,
} from '../semconv';
import type { Driver } from '../tracing/redaction/driver-errors';
import { redactQuery, redactUrl } from '../tracing/redaction/redact-url';
import { redactItems } from '../tracing/redaction/redact-value';
import { isSecretKey } from '../tracing/redaction/secret-keys';
import {
  cutText,
  MAX_TEXT_LENGTH,
  REDACTED,
  redactAndCut,
  redactName,
  redactNumber,
  redactText,
} from '../tracing/redaction/secrets';

/** HTTP attributes whose value is a URL or path, in the current and in the earlier semantic conventions. */
const URL_KEYS = new Set([ATTR_URL_FULL, ATTR_HTTP_URL, ATTR_HTTP_TARGET]);

/** The longest value that the program or a library may set, in characters, and the most of them in an array. */
const MAX_VALUE_LENGTH = 65_536;
const MAX_ITEMS = 1_024;

function redactValue(key: string, value: AttributeValue): AttributeValue {
  if (isSecretKey(key)) return REDACTED;
  if (typeof value === 'string') {
    if (URL_KEYS.has(key)) return redactAndCut(value, MAX_TEXT_LENGTH, (url) => redactText(redactUrl(url)));
    if (key === ATTR_URL_QUERY) return redactAndCut(value, MAX_TEXT_LENGTH, (query) => redactText(redactQuery(query)));
    return redactAndCut(value, MAX_VALUE_LENGTH);
  }
  if (typeof value === 'number') return redactNumber(value);
  return Array.isArray(value) ? redactItems(shortened(value)) : value;
}

/** Returns the items that together have no more characters than one value, each cut. The same array if all do. */
function shortened(items: readonly unknown[]): readonly unknown[] {
  let left = MAX_VALUE_LENGTH;
  const isShort = items.length <= MAX_ITEMS && items.every((item) => (left -= lengthOf(item)) >= 0);
  if (isShort) return items;
  left = MAX_VALUE_LENGTH;
  const kept = items
    .slice(0, MAX_ITEMS)
    .map((item) => (typeof item === 'string' ? cutText(item, MAX_TEXT_LENGTH) : item));
  return kept.filter((item) => (left -= lengthOf(item)) >= 0);
}

function lengthOf(item: unknown): number {
  return typeof item === 'string' ? item.length : 1;
}

/** Returns a name as a string. The SDK does not check the type of the names that the program passes to it. */
function nameOf(value: unknown): string {
  if (typeof value === 'string') return value;
  try {
    return String(value);
  } catch {
    return typeof value;
  }
}

function redactSpanName(span: Span): void {
  const name = redactName(nameOf(span.name));
  if (name !== span.name) span.updateName(name);
}

function redactAttributes(attributes: Attributes | undefined): void {
  for (const key in attributes) {
    const value = attributes[key];
    if (value === undefined) continue;
    const name = redactName(key);
    const clean = redactValue(key, value);
    if (name !== key) delete attributes[key];
    if (name !== key || clean !== value) attributes[name] = clean;
  }
}

/**
 * Redacts a span. Never throws: the SDK would throw it into the program. A span that cannot be redacted, because a span
 * processor changed its members, loses all its text.
 */
function redactWith(redact: (span: Span) => void, span: Span): void {
  try {
    redact(span);
  } catch {
    const status = { code: readField(span.status, 'code') ?? SpanStatusCode.UNSET };
    const empty = { name: REDACTED, attributes: {}, events: [], links: [], status };
    for (const [key, value] of Object.entries(empty)) Reflect.set(span, key, value);
    countError('a span could not be redacted; it loses its name, attributes, events and links');
  }
}

/** Removes known secrets from a span when it starts, whether the program or a library added them, before processors. */
export function redactStartingSpan(span: Span): void {
  redactWith(redactStart, span);
}

function redactStart(span: Span): void {
  redactAttributes(span.attributes);
  redactSpanName(span);
  for (const { attributes } of span.links) redactAttributes(attributes);
}

/** The official instrumentations that record the messages of a driver's errors. */
const DRIVERS: ReadonlyMap<string, Driver> = new Map([
  ['@opentelemetry/instrumentation-pg', 'postgresql'],
  ['@opentelemetry/instrumentation-mysql2', 'mysql'],
  ['@opentelemetry/instrumentation-mysql', 'mysql'],
  ['@opentelemetry/instrumentation-redis', 'redis'],
  ['@opentelemetry/instrumentation-ioredis', 'redis'],
  ['@opentelemetry/instrumentation-mongodb', 'mongodb'],
]);

/** Removes the values from the messages of a driver's errors that an instrumentation recorded. */
function removeDriverValues(span: Span, driver: Driver): void {
  const { withoutDriverValues } =
    require('../tracing/redaction/driver-errors') as typeof import('../tracing/redaction/driver-errors');
  const { message } = span.status;
  if (message !== undefined) span.setStatus({ ...span.status, message: withoutDriverValues(message, driver) });
  for (const { attributes } of span.events) {
    const text = attributes?.[ATTR_EXCEPTION_MESSAGE];
    if (attributes === undefined || typeof text !== 'string') continue;
    const clean = withoutDriverValues(text, driver);
    attributes[ATTR_EXCEPTION_MESSAGE] = clean;
    const stack = attributes[ATTR_EXCEPTION_STACKTRACE];
    if (typeof stack === 'string') attributes[ATTR_EXCEPTION_STACKTRACE] = stack.replaceAll(text, clean);
  }
}

/** Removes known secrets from a span just before it ends, including error messages, before exporters. */
export function redactEndingSpan(span: Span): void {
  redactWith(redactEnd, span);
}

function redactEnd(span: Span): void {
  const driver = DRIVERS.get(span.instrumentationScope.name);
  if (driver !== undefined) removeDriverValues(span, driver);
  redactAttributes(span.attributes);
  for (const event of span.events) {
    event.name = redactName(nameOf(event.name));
    redactAttributes(event.attributes);
  }
  for (const { attributes } of span.links) redactAttributes(attributes);
  redactSpanName(span);
  const { message } = span.status;
  const clean = message === undefined ? undefined : redactAndCut(message, MAX_TEXT_LENGTH);
  if (clean !== message) span.setStatus({ ...span.status, message: clean! });
}
