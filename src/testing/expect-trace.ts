import { isDeepStrictEqual } from 'node:util';
import { FcTracedError } from '../errors';
import type { SpanKindName } from '../tracing/calls/span-spec';
import { renderTrace } from './trace-tree';
import type { SpanNode, SpanRecord, StatusName, Trace } from './trace-tree';

/** A span as a test expects it, with all that is below it. */
export interface ExpectedSpan {
  readonly name: string;
  /** Not compared when left out. */
  readonly kind?: SpanKindName;
  /** Default: anything but ERROR, so that no failure goes unnoticed. */
  readonly status?: StatusName;
  /** Each of these must be there with this value; others may be. `undefined` says that it must not be there. */
  readonly attributes?: Readonly<Record<string, unknown>>;
  /** Names of the span's events, in order; not compared when left out. */
  readonly events?: readonly string[];
  /** Number of the span's links; not compared when left out. */
  readonly links?: number;
  /** All spans directly below, in any order. Default: none. */
  readonly children?: readonly ExpectedSpan[];
}

/** What a test can say of a trace. Each throws TREE_MISMATCH, with both trees drawn, when it is not so. */
export interface TraceExpectation {
  /**
   * The whole trace is this tree: no span missing, none too many. As text, a span a line, two spaces or a drawn branch a
   * level, `ERROR` behind the name of a failed one.
   */
  toMatchTree(expected: ExpectedSpan | string): void;
  /** No name, attribute, event, status or resource holds one of these texts. */
  toHideSecrets(...secrets: readonly string[]): void;
}

function differencesOf(span: SpanRecord, expected: ExpectedSpan): string[] {
  const found: string[] = [];
  const compare = (what: string, actual: unknown, wanted: unknown): void => {
    if (!isDeepStrictEqual(actual, wanted)) {
      found.push(`${expected.name}: ${what} is ${show(actual)}, expected ${show(wanted)}`);
    }
  };
  compare('name', span.name, expected.name);
  if (expected.kind !== undefined) compare('kind', span.kind, expected.kind);
  if (expected.status !== undefined) compare('status', span.status.code, expected.status);
  else if (span.status.code === 'ERROR') {
    found.push(`${expected.name}: status is ERROR ${show(span.status.message)}, expected no error`);
  }
  for (const [key, value] of Object.entries(expected.attributes ?? {})) {
    compare(`attribute ${key}`, span.attributes[key], value);
  }
  if (expected.events !== undefined) {
    compare(
      'events',
      span.events.map(({ name }) => name),
      expected.events,
    );
  }
  if (expected.links !== undefined) compare('number of links', span.links.length, expected.links);
  return found;
}

function show(value: unknown): string {
  return value === undefined
    ? 'absent'
    : (JSON.stringify(value, (_, inner: unknown) => (typeof inner === 'bigint' ? `${inner}n` : inner)) ?? typeof value);
}

/** Which child each expected one is, if they can all be paired; several may look alike, so a choice can be taken back. */
function pairing(children: readonly SpanNode[], expected: readonly ExpectedSpan[]): boolean {
  const [wanted, ...rest] = expected;
  if (wanted === undefined) return children.length === 0;
  return children.some(
    (child, index) => mismatches(child, wanted).length === 0 && pairing(children.toSpliced(index, 1), rest),
  );
}

function mismatches(node: SpanNode, expected: ExpectedSpan): string[] {
  const found = differencesOf(node.span, expected);
  const wantedChildren = expected.children ?? [];
  if (node.children.length === wantedChildren.length && pairing(node.children, wantedChildren)) return found;
  const left = [...node.children];
  const take = (matches: (child: SpanNode) => boolean): SpanNode | undefined => {
    const index = left.findIndex(matches);
    return index === -1 ? undefined : left.splice(index, 1)[0];
  };
  // For the message, the pairs that fit are set aside, and the others compared by name.
  const open = wantedChildren.filter((wanted) => take((child) => mismatches(child, wanted).length === 0) === undefined);
  for (const wanted of open) {
    const child = take(({ span }) => span.name === wanted.name);
    if (child === undefined) found.push(`${expected.name}: has no child ${wanted.name}`);
    else found.push(...mismatches(child, wanted));
  }
  found.push(...left.map((child) => `${expected.name}: has an unexpected child ${child.span.name}`));
  if (found.length === 0) found.push(`${expected.name}: its children cannot be paired with the expected ones`);
  return found;
}

/** A drawing without its branches: an indentation and a label a line. */
function outline(text: string): string {
  const lines = text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => line.replace(/[│├└─]/g, ' ').replace(/\s+$/, ''));
  const depths = lines.map((line) => line.length - line.trimStart().length);
  const open: number[] = [];
  return lines
    .map((line, index) => {
      while (open.length > 0 && open.at(-1)! >= depths[index]!) open.pop();
      open.push(depths[index]!);
      return '  '.repeat(open.length - 1) + line.trim();
    })
    .join('\n');
}

function plainDrawing(trace: Trace): string {
  const strip = (node: SpanNode): SpanNode => ({
    span: { ...node.span, status: { code: node.span.status.code } },
    children: node.children.map(strip),
  });
  return renderTrace({ ...trace, roots: trace.roots.map(strip) });
}

/**
 * Says what a trace must be, the whole of it.
 *
 * @throws FcTracedError `INVALID_TARGET` for what is no trace; its methods throw `TREE_MISMATCH`
 *
 * @example
 * ```ts
 * import { expectTrace, recordTraces } from 'fc-traced/testing';
 * const traces = recordTraces();
 * // … call something …
 * export const check = (): void => expectTrace(traces.only()).toMatchTree(`
 *   orders
 *     Orders.ship
 *       Stock.take  ERROR
 * `);
 * ```
 */
export function expectTrace(trace: Trace): TraceExpectation {
  if (!Array.isArray((trace as Partial<Trace> | undefined)?.roots)) {
    throw new FcTracedError(
      'INVALID_TARGET',
      'expectTrace takes one trace: the only() or last() of what recordTraces gives, or one of its traces().',
    );
  }
  return {
    toMatchTree: (expected) => {
      if (typeof expected === 'string') {
        const [actual, wanted] = [outline(plainDrawing(trace)), outline(expected)];
        if (actual !== wanted) {
          throw new FcTracedError(
            'TREE_MISMATCH',
            `The trace is not the expected tree.\n\nexpected:\n${wanted}\n\nrecorded:\n${actual}\n`,
          );
        }
        return;
      }
      const [root, ...more] = trace.roots;
      const problems = root === undefined ? ['the trace has no span'] : mismatches(root, expected);
      problems.push(...more.map(({ span }) => `unexpected further root ${span.name}`));
      if (problems.length > 0) {
        throw new FcTracedError(
          'TREE_MISMATCH',
          `The trace is not the expected tree.\n\n- ${problems.join('\n- ')}\n\nrecorded:\n${renderTrace(trace)}\n`,
        );
      }
    },
    toHideSecrets: (...secrets) => {
      for (const span of trace.spans) {
        const text = show(span);
        const index = secrets.findIndex((secret) => text.includes(JSON.stringify(secret).slice(1, -1)));
        if (index !== -1) {
          throw new FcTracedError('TREE_MISMATCH', `The span ${span.name} holds secret number ${index + 1}.`);
        }
      }
    },
  };
}
