import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { root } from './fresh-process';
import { codeBlocks, readDocument } from './markdown';

// The code of a recipe is that of a sample, whose traces `cli/test/samples` tests. `.ci/play-recipes.mjs` runs the commands
// of those that need no service.

const recipes = readdirSync(path.join(root, 'docs', 'recipes'))
  .filter((name) => name !== 'README.md')
  .map((name) => {
    const text = readDocument(root, `docs/recipes/${name}`);
    return { name, text, blocks: codeBlocks(text) };
  });

const readSample = (file: string): string => readFileSync(path.join(root, file), 'utf8').trimEnd();

test('there is a recipe for each kind of function that people ask for', () => {
  expect(recipes.map(({ name }) => name)).toEqual([
    'api-with-rds.md',
    'express-and-nest.md',
    'function-chain.md',
    'mcp-server.md',
    'queue-worker.md',
    'scheduled-job.md',
    'thumbnails.md',
  ]);
});

test.each(recipes)('docs/recipes/$name shows whole files of one sample, and its settings', ({ blocks, text }) => {
  const copied = blocks.filter(({ from }) => from !== undefined);
  const samples = new Set(copied.map(({ from }) => from!.split('/').slice(0, 2).join('/')));
  expect(samples.size).toBe(1);
  expect(copied.filter((block) => block.text !== readSample(block.from!)).map(({ from }) => from)).toEqual([]);
  const [sample] = [...samples];
  expect(copied.map(({ from }) => from)).toContain(`${sample}/s.yaml`);
  expect(text).toContain(`](../../${sample}/README.md)`);
});

test.each(recipes)('docs/recipes/$name shows a trace of the sample', ({ blocks }) => {
  const [sample] = blocks.flatMap(({ from }) => (from === undefined ? [] : [from.split('/')[1]!]));
  const traces = readdirSync(path.join(root, 'samples', sample!, 'trace')).map((name) =>
    // Without FC's spans, a tree is part of the trace.
    readSample(`samples/${sample}/trace/${name}`).replace(/ {2}faas\.coldstart=(?:true|false)/g, ''),
  );
  const trees = blocks.filter(({ language, text }) => language === '' && /^[└├]/m.test(text));
  expect(trees.length).toBeGreaterThan(0);
  for (const { text } of trees) {
    const lines = text.replace(/ {2}faas\.coldstart=(?:true|false)/g, '').split('\n');
    expect(traces.some((trace) => lines.every((line) => trace.includes(line)))).toBe(true);
  }
});

test.each(recipes)('docs/recipes/$name opens with its question and ends with its limits', ({ text }) => {
  const [, opening] = text.split(/\n\n+/);
  expect(opening!.replaceAll('\n', ' ')).toMatch(/^(?:(?!\. )[^?])+\?/);
  expect([...text.matchAll(/^## (.+)$/gm)].map((match) => match[1]).at(-1)).toBe('Limits');
});
