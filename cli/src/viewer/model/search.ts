import type { ViewerLog, ViewerSpan } from './span';
import { isError, serviceOf } from './summary';
import { valueText } from './text';

/** One term of a search. All terms must apply. */
export type SearchTerm = { readonly not: boolean } & (
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'attribute'; readonly key: string; readonly operator: Operator; readonly value: string }
  | { readonly type: 'duration'; readonly operator: Operator; readonly nanos: number }
  | { readonly type: 'is'; readonly what: 'error' }
);

type Operator = '=' | '!=' | '>' | '<' | '>=' | '<=';

const NANOS: Readonly<Record<string, number>> = { ns: 1, us: 1e3, µs: 1e3, ms: 1e6, s: 1e9, m: 60e9 };
// A word, or text in double quotes; also `key="quoted value"`.
const WORDS = /-?(?:[^\s"]+="[^"]*"|"[^"]*"|\S+)/g;

function compare(left: number | string, operator: Operator, right: number | string): boolean {
  if (operator === '=') return left === right;
  if (operator === '!=') return left !== right;
  if (operator === '>') return left > right;
  if (operator === '<') return left < right;
  return operator === '>=' ? left >= right : left <= right;
}

function termOf(word: string): SearchTerm {
  const not = word.length > 1 && word.startsWith('-');
  const text = not ? word.slice(1) : word;
  const quoted = /^"([^"]*)"?$/.exec(text);
  if (quoted?.[1] !== undefined) return { not, type: 'text', text: quoted[1].toLowerCase() };
  if (/^(?:is:)?error$/i.test(text) && text.includes(':')) return { not, type: 'is', what: 'error' };
  const duration = /^(?:duration)?(>=|<=|>|<)(\d+(?:\.\d+)?)(ns|us|µs|ms|s|m)$/i.exec(text);
  if (duration !== null) {
    const [, operator, amount, unit = 'ms'] = duration;
    return {
      not,
      type: 'duration',
      operator: operator as Operator,
      nanos: Number(amount) * (NANOS[unit.toLowerCase()] ?? 1),
    };
  }
  const attribute = /^([^\s=<>!"]+)(!=|>=|<=|=|>|<)(.*)$/.exec(text);
  if (attribute !== null) {
    const [, key = '', operator, value = ''] = attribute;
    const bare = value.replace(/^"|"$/g, '').toLowerCase();
    return { not, type: 'attribute', key: key.toLowerCase(), operator: operator as Operator, value: bare };
  }
  return { not, type: 'text', text: text.toLowerCase() };
}

/**
 * Parses the text of a search: words and "quoted text" that occur in any field, `key=value`, `key!=value`, `key>number`,
 * `>100ms`, `is:error`, and `-` before a term that must not apply.
 */
export function parseSearch(text: string): SearchTerm[] {
  return (text.match(WORDS) ?? []).filter((word) => word !== '"').map(termOf);
}

function* fieldsOf(span: ViewerSpan): Generator<readonly [string, unknown]> {
  yield ['name', span.name];
  yield ['kind', span.kind];
  yield ['service', serviceOf(span)];
  yield ['status', span.status.code];
  yield ['status.message', span.status.message];
  yield ['span.id', span.spanId];
  yield ['trace.id', span.traceId];
  yield ['parent.id', span.parentSpanId];
  yield ['scope', span.scope?.name];
  yield ['tracestate', span.traceState];
  yield* Object.entries(span.attributes);
  for (const event of span.events) {
    yield ['event', event.name];
    yield* Object.entries(event.attributes);
  }
  for (const link of span.links) {
    yield ['link', `${link.traceId} ${link.spanId}`];
    yield* Object.entries(link.attributes);
  }
  yield* Object.entries(span.resource);
}

function* logFieldsOf(log: ViewerLog): Generator<readonly [string, unknown]> {
  yield ['log', log.body];
  yield ['severity', log.severity];
  yield* Object.entries(log.attributes);
}

function fieldMatches(actual: string, operator: Operator, wanted: string): boolean {
  if (operator === '=') return wanted === '*' || actual === wanted;
  if (operator === '!=') return actual !== wanted;
  const [left, right] = [Number(actual), Number(wanted)];
  return actual !== '' && wanted !== '' && compare(left, operator, right);
}

/** A span that is prepared for searches: all its fields in lower case. */
export interface SearchableSpan {
  readonly span: ViewerSpan;
  readonly fields: readonly (readonly [key: string, value: string])[];
  /** All keys and values, separated by line breaks. */
  readonly text: string;
}

/** Prepares a span, and the log records that belong to it, for searches. */
export function searchable(span: ViewerSpan, logs: readonly ViewerLog[] = []): SearchableSpan {
  const fields: [string, string][] = [];
  for (const [key, value] of fieldsOf(span)) fields.push([key.toLowerCase(), valueText(value).toLowerCase()]);
  for (const log of logs) {
    for (const [key, value] of logFieldsOf(log)) fields.push([key.toLowerCase(), valueText(value).toLowerCase()]);
  }
  return { span, fields, text: fields.map(([key, value]) => `${key}\n${value}`).join('\n') };
}

function termMatches(term: SearchTerm, { span, fields, text }: SearchableSpan): boolean {
  if (term.type === 'text') return text.includes(term.text);
  if (term.type === 'is') return isError(span);
  if (term.type === 'duration') return compare(Number(span.endNanos - span.startNanos), term.operator, term.nanos);
  const values = fields.filter(([key]) => key === term.key);
  // `!=` applies if the span has the key, and none of its values is the given one.
  if (term.operator === '!=') return values.length > 0 && values.every(([, value]) => value !== term.value);
  return values.some(([, value]) => fieldMatches(value, term.operator, term.value));
}

/** Whether all terms of a search apply to a span. */
export function matches(terms: readonly SearchTerm[], span: SearchableSpan): boolean {
  return terms.every((term) => termMatches(term, span) !== term.not);
}
