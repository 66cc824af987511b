import { join } from 'node:path';
import { buildTraces, renderTrace } from '../../src/testing/trace-tree';
import { root } from '../package/fresh-process';
import { codeBlocks, firstColumn, readDocument } from '../package/markdown';
import { play } from '../samples/play';
import { COLD_ROOT } from './first-call';

const guide = readDocument(root, 'docs/cold-start.md');
const trees = codeBlocks(guide)
  .filter(({ language }) => language === '')
  .map(({ text }) => text);

test('the first tree is that of the sample’s README, which another test checks', () => {
  expect(readDocument(root, 'samples/orders/README.md')).toContain(trees[0]);
});

test('the table explains exactly the phases in the first tree', () => {
  const explained = firstColumn(guide, 'Spans', 'span');
  expect(
    trees[0]!
      .split('\n')
      .map((line) => line.replace(/^[│├└─ ]+/, '').split('  ')[0])
      .filter((name) => explained.includes(name!)),
  ).toEqual(explained);
});

test('the second tree is the trace of a call without a caller', () => {
  expect(trees[1]).toBe(COLD_ROOT);
});

test('the third tree is a part of a real trace', async () => {
  const { spans } = await play('shop', 'otlp', [{ sku: 'teapot' }], {
    codeDir: join(__dirname, 'functions'),
    handler: 'shop.handler',
    env: { TRACED_SLOWEST_MODULES: '1', SLOW_MILLIS: '1000' },
  });
  expect(renderTrace(buildTraces(spans)[0]!)).toContain(trees[2]);
});
