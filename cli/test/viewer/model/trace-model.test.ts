import { phaseTotals, totalsByName } from '../../../src/viewer/model/totals';
import { buildTrace } from '../../../src/viewer/model/trace-model';
import type { SpanNode } from '../../../src/viewer/model/trace-model';
import type { ViewerSpan } from '../../../src/viewer/model/span';
import { span, spanIdOf } from '../spans';

const START = 1_760_000_000_000_000_000n;

/** A span from `start` to `end`, in milliseconds, below the span with the number `parent`. */
function timed(id: number, parent: number | undefined, start: number, end: number, fields: Partial<ViewerSpan> = {}) {
  return span({
    spanId: spanIdOf(id),
    ...(parent === undefined ? {} : { parentSpanId: spanIdOf(parent) }),
    name: `span ${id}`,
    startNanos: START + BigInt(start * 1e6),
    endNanos: START + BigInt(end * 1e6),
    ...fields,
  });
}

const build = (...spans: ViewerSpan[]) => buildTrace({ spans });
const tree = (nodes: readonly SpanNode[]): unknown[] =>
  nodes.map((node) => (node.children.length === 0 ? node.span.name : [node.span.name, ...tree(node.children)]));
const criticalOf = (nodes: readonly SpanNode[]) =>
  nodes
    .flatMap((node) =>
      node.critical.map(({ start, end }) => ({ name: node.span.name, start: start / 1e6, end: end / 1e6 })),
    )
    .sort((a, b) => a.start - b.start)
    .map(({ name, start, end }) => `${name} ${start}-${end}`);

test('the tree has each span below its parent, in order of the starts', () => {
  const trace = build(timed(3, 1, 5, 6), timed(2, 1, 1, 2), timed(1, undefined, 0, 10), timed(4, 3, 5, 6));
  expect(tree(trace.roots)).toEqual([['span 1', 'span 2', ['span 3', 'span 4']]]);
  expect(trace.nodes.map(({ span: { name }, depth }) => `${depth} ${name}`)).toEqual([
    '0 span 1',
    '1 span 2',
    '1 span 3',
    '2 span 4',
  ]);
});

test('spans whose parent is missing, or that are their own ancestors, are still shown', () => {
  const trace = build(timed(1, 9, 0, 1), timed(2, 3, 1, 2), timed(3, 2, 2, 3), timed(4, 4, 3, 4));
  expect(trace.nodes).toHaveLength(4);
  expect(trace.roots.map(({ orphan }) => orphan)).toEqual([true, true, true]);
});

test('the self time is what no child covers, however the children overlap', () => {
  const trace = build(timed(1, undefined, 0, 100), timed(2, 1, 10, 40), timed(3, 1, 30, 50), timed(4, 1, 90, 120));
  expect(trace.nodes.map(({ selfNanos }) => selfNanos / 1e6)).toEqual([50, 30, 20, 30]);
});

test('the critical path goes back from the end through the children that ended last', () => {
  const trace = build(timed(1, undefined, 0, 100), timed(2, 1, 10, 40), timed(3, 1, 20, 90), timed(4, 3, 30, 80));
  expect(criticalOf(trace.nodes)).toEqual([
    'span 1 0-20',
    'span 3 20-30',
    'span 4 30-80',
    'span 3 80-90',
    'span 1 90-100',
  ]);
});

test('children that outlive their parent are on the critical path until its end only', () => {
  const trace = build(timed(1, undefined, 0, 50), timed(2, 1, 10, 90));
  expect(criticalOf(trace.nodes)).toEqual(['span 1 0-10', 'span 2 10-50']);
});

test('the phases on the critical path are the duration of the trace', () => {
  const platform = { resource: { 'service.name': 'fc.platform' } };
  const trace = build(
    timed(1, undefined, 0, 100, { ...platform, name: 'InvokeFunction' }),
    timed(2, 1, 5, 60, { ...platform, name: 'ColdStart' }),
    timed(3, 2, 10, 50, { ...platform, name: 'PrepareCode' }),
    timed(4, 1, 60, 95, { ...platform, name: 'Invocation' }),
    timed(5, 1, 30, 58, { name: 'cold start', attributes: { 'faas.coldstart': true } }),
    timed(6, 5, 40, 58, { name: 'load modules' }),
    timed(7, 4, 66, 90, { kind: 'server' }),
  );
  expect(phaseTotals(trace)).toEqual({ platform: 21e6, coldStart: 55e6, function: 24e6 });
});

test('a chain of 20,000 spans, and 20,000 siblings, need no deep stack and no quadratic time', () => {
  const chain = Array.from({ length: 20_000 }, (_, index) => timed(index + 1, index === 0 ? undefined : index, 0, 1));
  expect(build(...chain).nodes.at(-1)?.depth).toBe(19_999);
  const siblings = chain.map((one, index) =>
    timed(index + 1, index === 0 ? undefined : 1, index, index + 1, { name: one.name }),
  );
  expect(totalsByName(build(...siblings))).toHaveLength(20_000);
});

test('totals are sums by name', () => {
  const trace = build(
    timed(1, undefined, 0, 10),
    timed(2, 1, 0, 2, { name: 'get' }),
    timed(3, 1, 2, 6, { name: 'get' }),
  );
  expect(
    totalsByName(trace).map(({ name, count, selfNanos, maxNanos, medianNanos }) => [
      name,
      count,
      selfNanos,
      maxNanos,
      medianNanos,
    ]),
  ).toEqual([
    ['get', 2, 6e6, 4e6, 2e6],
    ['span 1', 1, 4e6, 10e6, 10e6],
  ]);
});

describe('snapshots of open spans', () => {
  const snapshot = (name: string) => ({ name: `${name} (still open)`, attributes: { 'fc_traced.snapshot': true } });

  test('are hidden if the real span arrived', () => {
    const trace = build(
      timed(1, undefined, 0, 100, { name: 'Invocation' }),
      timed(2, 1, 1, 99, { name: 'orders', kind: 'server' }),
      timed(3, 1, 1, 90, snapshot('orders')),
      timed(4, 2, 5, 98, { name: 'query' }),
      timed(5, 4, 5, 90, snapshot('query')),
    );
    expect(tree(trace.roots)).toEqual([['Invocation', ['orders', 'query']]]);
  });

  test('take the place of a real span that never arrived', () => {
    const trace = build(
      timed(1, undefined, 0, 100, { name: 'Invocation' }),
      timed(3, 1, 1, 90, snapshot('orders')),
      timed(4, 2, 2, 3, { name: 'validate' }),
      timed(6, 5, 6, 7, { name: 'connect' }),
      timed(7, 5, 5, 90, snapshot('query')),
    );
    expect(tree(trace.roots)).toEqual([
      ['Invocation', ['orders (still open)', 'validate', ['query (still open)', 'connect']]],
    ]);
    expect(trace.nodes.filter(({ cutOff }) => cutOff)).toHaveLength(2);
  });
});
