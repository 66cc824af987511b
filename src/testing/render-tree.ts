import type { SpanRecord } from './span-record';
import type { SpanNode, Trace } from './span-tree';

/** What a drawn span shows beside its name. */
export interface RenderOptions {
  /** Text after the name, such as a duration. Default: nothing. */
  readonly note?: (span: SpanRecord) => string;
  /** Attribute keys to show, in this order, where a span has them. Default: none. */
  readonly attributes?: readonly string[];
}

function labelOf(span: SpanRecord, options: RenderOptions): string {
  const parts = [span.name];
  const note = options.note?.(span);
  if (note !== undefined && note !== '') parts.push(note);
  if (span.status.code !== 'UNSET') {
    parts.push(span.status.message ? `${span.status.code} ${JSON.stringify(span.status.message)}` : span.status.code);
  }
  for (const key of options.attributes ?? []) {
    if (key in span.attributes) parts.push(`${key}=${JSON.stringify(span.attributes[key])}`);
  }
  return parts.join('  ');
}

function draw(node: SpanNode, options: RenderOptions, first: string, rest: string, lines: string[]): void {
  lines.push(first + labelOf(node.span, options));
  node.children.forEach((child, index) => {
    const last = index === node.children.length - 1;
    draw(child, options, `${rest}${last ? '└─ ' : '├─ '}`, `${rest}${last ? '   ' : '│  '}`, lines);
  });
}

/** Draws a trace as lines of text, a span a line, children indented below their parent in order of start. */
export function renderTrace(trace: Trace, options: RenderOptions = {}): string {
  const lines: string[] = [];
  for (const root of trace.roots) draw(root, options, '', '', lines);
  return lines.join('\n');
}
