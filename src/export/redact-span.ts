import type { Attributes, AttributeValue } from '@opentelemetry/api';
import type { Span } from '@opentelemetry/sdk-trace-base';
import { ATTR_HTTP_TARGET, ATTR_HTTP_URL, ATTR_URL_FULL, ATTR_URL_QUERY } from '../semconv';
import { redactQuery, redactUrl } from '../tracing/redaction/redact-url';
import { redactItems } from '../tracing/redaction/redact-value';
import { isSecretKey } from '../tracing/redaction/secret-keys';
import { REDACTED, redactNumber, redactString, redactText } from '../tracing/redaction/secrets';

/** HTTP attributes whose value is a URL or path, in the current and in the earlier semantic conventions. */
const URL_KEYS = new Set([ATTR_URL_FULL, ATTR_HTTP_URL, ATTR_HTTP_TARGET]);

function redactValue(key: string, value: AttributeValue): AttributeValue {
  if (isSecretKey(key)) return REDACTED;
  if (typeof value === 'string') {
    if (URL_KEYS.has(key)) return redactText(redactUrl(value));
    return key === ATTR_URL_QUERY ? redactText(redactQuery(value)) : redactString(value);
  }
  if (typeof value === 'number') return redactNumber(value);
  return Array.isArray(value) ? redactItems(value) : value;
}

function redactName(span: Span): void {
  const name = redactText(span.name);
  if (name !== span.name) span.updateName(name);
}

function redactAttributes(attributes: Attributes | undefined): void {
  for (const key in attributes) {
    const value = attributes[key];
    if (value === undefined) continue;
    const name = redactText(key);
    const clean = redactValue(key, value);
    if (name !== key) delete attributes[key];
    if (name !== key || clean !== value) attributes[name] = clean;
  }
}

/** Removes known secrets from a span when it starts, whether the program or a library added them, before processors. */
export function redactStartingSpan(span: Span): void {
  redactAttributes(span.attributes);
  redactName(span);
  for (const { attributes } of span.links) redactAttributes(attributes);
}

/** Removes known secrets from a span just before it ends, including error messages, before exporters. */
export function redactEndingSpan(span: Span): void {
  redactAttributes(span.attributes);
  for (const event of span.events) {
    event.name = redactText(event.name);
    redactAttributes(event.attributes);
  }
  for (const { attributes } of span.links) redactAttributes(attributes);
  redactName(span);
  const { message } = span.status;
  const clean = message === undefined ? undefined : redactString(message);
  if (clean !== message) span.setStatus({ ...span.status, message: clean! });
}
