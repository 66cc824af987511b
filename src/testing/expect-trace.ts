import { isDeepStrictEqual } from 'node:util';
import { check, describeValue } from '../config/check-options';
import { FcTracedError } from '../errors';
import type { SpanKindName } from '../tracing/calls/span-spec';
import { checkExpectedSpan, checkTrace, invalidArgument } from './check-arguments';
import { renderTrace } from './trace-tree';
import type { SpanNode, SpanRecord, StatusName, Trace } from './trace-tree';

/** A span that a test expects, with its descendants. */
export interface ExpectedSpan {
  readonly name: string;
  /** Default: not compared. */
  readonly kind?: SpanKindName;
  /** Default: any status but ERROR, so that no failure is missed. */
  readonly status?: StatusName;
  /** Attributes that the span must have, among others. `undefined` means that the attribute must be absent. */
  readonly attributes?: Readonly<Record<string, unknown>>;
  /** The names of the span's events, in order. Default: not compared. */
  readonly events?: readonly string[];
  /** The number of the span's links. Default: not compared. */
  readonly links?: number;
  /** All children of the span, in any order. Default: none. */
  readonly children?: readonly ExpectedSpan[];
}

/** The assertions on a trace. Each throws `TREE_MISMATCH` if it fails. */
export interface TraceExpectation {
  /**
   * Asserts that the trace is exactly this tree, with no other spans. A string has one line per span, two spaces or a
   * rendered branch per level, and `ERROR` after the name of a failed span. The error shows the recorded tree.
   */
  toMatchTree(expected: ExpectedSpan | string): void;
  /** Asserts that no name, attribute, event, link, status or resource contains one of these strings. */
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

/**
 * Returns whether each child can be paired with an expected one. Backtracks, as a child can match several expected
 * ones.
 */
function canPair(children: readonly SpanNode[], expected: readonly ExpectedSpan[]): boolean {
  const [wanted, ...rest] = expected;
  if (wanted === undefined) return children.length === 0;
  return children.some(
    (child, index) => mismatches(child, wanted).length === 0 && canPair(children.toSpliced(index, 1), rest),
  );
}

function mismatches(node: SpanNode, expected: ExpectedSpan): string[] {
  const found = differencesOf(node.span, expected);
  const wantedChildren = expected.children ?? [];
  if (node.children.length === wantedChildren.length && canPair(node.children, wantedChildren)) return found;
  const left = [...node.children];
  const take = (matches: (child: SpanNode) => boolean): SpanNode | undefined => {
    const index = left.findIndex(matches);
    return index === -1 ? undefined : left.splice(index, 1)[0];
  };
  // For the message, matching pairs are removed and the rest is compared by name.
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

/** Returns a rendered tree without branches: one line per span, indented by two spaces per level. */
function outline(text: string): string {
  const lines = text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => line.replace(/[│├└─]/g, ' ').trimEnd());
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

function renderWithoutMessages(trace: Trace): string {
  const strip = (node: SpanNode): SpanNode => ({
    span: { ...node.span, status: { code: node.span.status.code } },
    children: node.children.map(strip),
  });
  return renderTrace({ ...trace, roots: trace.roots.map(strip) });
}

/**
 * Returns the assertions on a trace.
 *
 * @throws FcTracedError `INVALID_TARGET` if `trace` is not a trace. The assertions throw `TREE_MISMATCH`; for an argument
 *   that they cannot compare `INVALID_TARGET`, and for an expected span with an unknown key or an invalid value
 *   `INVALID_OPTION`
 *
 * @example
 * ```ts
 * import { expectTrace, recordTraces } from 'fc-traced/testing';
 * const traces = recordTraces();
 * // … call a handler …
 * export const check = (): void => expectTrace(traces.only()).toMatchTree(`
 *   orders
 *     Orders.ship
 *       Stock.take  ERROR
 * `);
 * ```
 */
export function expectTrace(trace: Trace): TraceExpectation {
  checkTrace(trace, 'expectTrace');
  return {
    toMatchTree: (expected) => {
      if (typeof expected === 'string') {
        const [actual, wanted] = [outline(renderWithoutMessages(trace)), outline(expected)];
        if (actual !== wanted) {
          throw new FcTracedError(
            'TREE_MISMATCH',
            `The trace does not match the expected tree.\n\nexpected:\n${wanted}\n\nrecorded:\n${actual}\n`,
          );
        }
        return;
      }
      checkExpectedSpan(expected);
      const [root, ...more] = trace.roots;
      const problems = root === undefined ? ['the trace has no span'] : mismatches(root, expected);
      problems.push(...more.map(({ span }) => `unexpected additional root ${span.name}`));
      if (problems.length > 0) {
        throw new FcTracedError(
          'TREE_MISMATCH',
          'The trace does not match the expected tree.\n\n' +
            `- ${problems.join('\n- ')}\n\nrecorded:\n${renderTrace(trace)}\n`,
        );
      }
    },
    toHideSecrets: (...secrets) => {
      const invalid = secrets.findIndex((secret) => check.string(secret) !== undefined);
      if (invalid !== -1 || secrets.length === 0) {
        throw invalidArgument(
          `toHideSecrets takes non-empty strings${secrets.length === 0 ? '' : `; argument ${invalid + 1} is ${typeof secrets[invalid] === 'string' ? 'empty' : describeValue(secrets[invalid])}`}`,
        );
      }
      for (const span of trace.spans) {
        const text = show(span);
        const index = secrets.findIndex((secret) => text.includes(JSON.stringify(secret).slice(1, -1)));
        if (index !== -1) {
          throw new FcTracedError('TREE_MISMATCH', `The span ${span.name} contains secret number ${index + 1}.`);
        }
      }
    },
  };
}
