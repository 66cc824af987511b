import { buildTraces, renderTrace } from 'fc-traced/testing';
import type { SpanRecord } from 'fc-traced/testing';
import { paint } from '../terminal';
import type { ViewerSpan } from '../viewer/model/span';

// Attributes that repeat the settings of the function, or what the line shows in another way.
const HIDDEN =
  /^(faas\.(?!coldstart$)|cloud\.|fc\.|process\.|telemetry\.|code\.|service\.|server\.|client\.|network\.|user_agent\.|thread\.|otel\.|fc_traced\.(?!batch|lost|dropped)|url\.scheme)/;
const MAX_VALUE_CHARACTERS = 60;
const MAX_ATTRIBUTES_OF_A_TRACE = 30;
// Control characters of a name would act on the terminal, and marks of direction would reorder the line.
// eslint-disable-next-line no-control-regex
const CONTROL = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

/** A text that a terminal shows as it is: control characters are shown as escapes. */
export function printable(text: string): string {
  return text.replaceAll(CONTROL, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** A log line of FC's runtime without its time and request id, for people; other lines as they are. */
export function shortLogLine(line: string): string {
  return printable(line.replace(/^\d{4}-\d\d-\d\dT[\d:.]+Z \S+ (?=\[\w+\] )/, '').replaceAll('\r', '\n    '));
}

const isLate = (span: SpanRecord): boolean => (span as ViewerSpan).arrivedAfterThaw === true;
const milliseconds = ({ startNanos, endNanos }: SpanRecord): string =>
  `${(Number(endNanos - startNanos) / 1e6).toFixed(1)} ms`;

function shortened(value: unknown): unknown {
  return typeof value === 'string' && value.length > MAX_VALUE_CHARACTERS
    ? `${value.slice(0, MAX_VALUE_CHARACTERS)}…`
    : value;
}

/** Renders the spans of a trace as a tree: kind, duration and the attributes of the program. */
export function renderTree(spans: readonly SpanRecord[]): string {
  const keys = [...new Set(spans.flatMap(({ attributes }) => Object.keys(attributes)))].filter(
    (key) => !HIDDEN.test(key),
  );
  const shown = spans.map((span) => ({
    ...span,
    attributes: Object.fromEntries(Object.entries(span.attributes).map(([key, value]) => [key, shortened(value)])),
  }));
  const note = (span: SpanRecord): string =>
    [span.kind === 'internal' ? '' : span.kind, milliseconds(span), isLate(span) ? 'arrived after thaw' : '']
      .filter((part) => part !== '')
      .join('  ');
  const attributes = keys.slice(0, MAX_ATTRIBUTES_OF_A_TRACE);
  return printable(
    buildTraces(shown)
      .map((trace) => renderTrace(trace, { note, attributes }))
      .join('\n\n'),
  );
}

/** Indents a tree and highlights failed spans, and those that missed the freeze. */
export function highlightTree(tree: string): string {
  return tree
    .replaceAll(/^.* {2}ERROR.*$/gm, (line) => paint('red', line))
    .replaceAll('arrived after thaw', (note) => paint('yellow', note))
    .replaceAll(/^/gm, '  ');
}
