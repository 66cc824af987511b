import { join } from 'node:path';
import { buildTraces, renderTrace } from '../../src/testing/trace-tree';
import { root } from '../package/fresh-process';
import { codeBlocks, firstColumn, readDocument } from '../package/markdown';
import { play } from '../samples/play';

const guide = readDocument(root, 'docs/cold-start.md');
const drawings = codeBlocks(guide)
  .filter(({ language }) => language === '')
  .map(({ text }) => text);

test('the picture is that of the sample’s README, which a test draws', () => {
  expect(readDocument(root, 'samples/orders/README.md')).toContain(drawings[0]);
});

test('each phase that the picture shows is explained, and no other', () => {
  const explained = firstColumn(guide, 'What is shown', 'span');
  expect(
    drawings[0]!
      .split('\n')
      .map((line) => line.replace(/^[│├└─ ]+/, '').split('  ')[0])
      .filter((name) => explained.includes(name!)),
  ).toEqual(explained);
});

test('the slowest module is drawn as it is shown', async () => {
  const { spans } = await play('shop', 'otlp', [{ sku: 'teapot' }], {
    codeDir: join(__dirname, 'functions'),
    handler: 'shop.handler',
    env: { TRACED_SLOWEST_MODULES: '1', SLOW_MILLIS: '1000' },
  });
  expect(renderTrace(buildTraces(spans)[0]!)).toContain(drawings[1]);
});
