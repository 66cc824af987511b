import { traced } from 'fc-traced';
import { expectTrace, recordTraces } from 'fc-traced/testing';

const traces = recordTraces();
afterEach(() => traces.clear());
afterAll(() => traces.stop());

const take = traced((sku: string) => sku, { name: 'take', attributes: (sku) => ({ sku }) });
const fail = traced(() => {
  throw new Error('no stock');
}, 'fail');
const order = traced(() => {
  take('teapot');
  try {
    fail();
  } catch {
    // The order continues.
  }
}, 'order');

test('if the tree of a string differs, the error shows both trees', () => {
  order();
  const message =
    'The trace does not match the expected tree.\n\nexpected:\norder\n  take\n\nrecorded:\norder\n  take\n  fail  ERROR\n [TREE_MISMATCH]';
  expect(() => expectTrace(traces.only()).toMatchTree('order\n  take')).toThrow(message);
});

test('if objects differ, the error lists each difference with the recorded value', () => {
  order();
  const expected = {
    name: 'order',
    kind: 'client',
    children: [{ name: 'take', attributes: { sku: 'cup', size: 1 } }, { name: 'pack' }],
  } as const;
  expect(() => expectTrace(traces.only()).toMatchTree(expected)).toThrow(
    [
      'order: kind is "internal", expected "client"',
      'take: attribute sku is "teapot", expected "cup"',
      'take: attribute size is absent, expected 1',
      'order: has no child pack',
      'order: has an unexpected child fail',
    ]
      .map((line) => `- ${line}`)
      .join('\n'),
  );
});

test('a failed span that is not expected to fail is a mismatch', () => {
  order();
  const tree = { name: 'order', children: [{ name: 'take' }, { name: 'fail' }] };
  expect(() => expectTrace(traces.only()).toMatchTree(tree)).toThrow(
    'fail: status is ERROR "no stock", expected no error',
  );
  expectTrace(traces.only()).toMatchTree({
    ...tree,
    children: [{ name: 'take' }, { name: 'fail', status: 'ERROR', events: ['exception'] }],
  });
});

test('a secret in a trace is reported by its number, without its text', () => {
  take('hunter22');
  expect(() => expectTrace(traces.only()).toHideSecrets('another', 'hunter22')).toThrow(
    'The span take contains secret number 2. [TREE_MISMATCH]',
  );
  expectTrace(traces.only()).toHideSecrets('another');
});

test('if there is no trace or more than one, the error lists the traces', () => {
  expect(() => traces.only()).toThrow(
    'Expected one trace, but 0 were recorded: check that the invocation is awaited and sampled.',
  );
  expect(() => traces.last()).toThrow('Expected a trace, but none was recorded');
  take('cup');
  order();
  expect(() => traces.only()).toThrow('Expected one trace, but 2 were recorded: take, order.');
});

test.each([
  ['the recorder', traces],
  ['an array', []],
  ['undefined', undefined],
])('expectTrace throws for a value that is not a trace: %s', (_, given) => {
  expect(() => expectTrace(given as never)).toThrow(
    'expectTrace takes one trace: only(), last() or an item of traces() of the recorder that recordTraces returns. [INVALID_TARGET]',
  );
});
