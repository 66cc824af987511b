import type { FcFunction } from 'fc-traced';
import { fakeEvent, invoke, recordTraces } from 'fc-traced/testing';
import { renderTrace } from '../../src/testing/trace-tree';
import { runExample } from './compiled-example';
import { root } from './fresh-process';
import { codeBlocks, readDocument } from './markdown';

// Each guide opens with the question that it answers, then shows code and a trace, and ends with limits.

const LINES_OF_A_SCREEN = 60;

const GUIDES = [
  ...['batches', 'bundlers', 'cold-start', 'custom-runtime', 'deadlines', 'delivery', 'dependency-injection', 'deploy'],
  ...['handlers', 'http', 'local-development', 'logs', 'mcp', 'operations', 'propagation', 'quickstart', 'sampling'],
  ...['secrets', 'testing', 'traced', 'triggers', 'troubleshooting'],
].map((name) => `docs/${name}.md`);

/** Guides whose first trace is that of the first example, with the event that it is called with. */
const EVENTS: Readonly<Record<string, () => unknown>> = {
  'docs/dependency-injection.md': () => ({ sku: 'teapot' }),
  'docs/handlers.md': () => ({ sku: 'teapot' }),
  'docs/operations.md': () => ({}),
  'docs/propagation.md': () => ({ city: 'Hangzhou' }),
  'docs/triggers.md': () => fakeEvent('kafka'),
};

test.each(GUIDES)('%s opens with its question, and with code, a table or a trace on the first screen', (file) => {
  const [title, opening] = readDocument(root, file).split(/\n\n+/);
  expect(title).toMatch(/^# [^\n]+$/);
  // The first sentence is the question.
  expect(opening!.replaceAll('\n', ' ')).toMatch(/^(?:(?!\. )[^?])+\?/);
  const screen = readDocument(root, file).split('\n').slice(0, LINES_OF_A_SCREEN).join('\n');
  expect(screen).toMatch(/^```/m);
});

test.each(GUIDES)('%s ends with its limits', (file) => {
  const headings = [...readDocument(root, file).matchAll(/^## (.+)$/gm)].map((match) => match[1]);
  expect(headings.at(-1)).toBe('Limits');
});

test.each(Object.entries(EVENTS))('%s: the first example creates the trace below it', async (file, eventOf) => {
  const [example, tree] = codeBlocks(readDocument(root, file));
  expect(example).toMatchObject({ language: 'ts' });
  const fetched = jest.spyOn(globalThis, 'fetch').mockImplementation(async () => new Response('sunny'));
  const traces = recordTraces();
  try {
    const { handler } = runExample<{ handler: FcFunction }>(example!.text, (name) => require(name) as unknown);
    await invoke(handler, eventOf());
    expect(renderTrace(traces.only())).toBe(tree!.text);
  } finally {
    traces.stop();
    fetched.mockRestore();
  }
});

test('docs/testing.md: the examples run, and their expectations hold', async () => {
  const examples = codeBlocks(readDocument(root, 'docs/testing.md')).filter(
    ({ text, from }) => from === undefined && /export (?:const|async function) run\b/.test(text),
  );
  expect(examples).toHaveLength(2);
  for (const { text } of examples) {
    await runExample<{ run(): Promise<unknown> }>(text, (name) => require(name) as unknown).run();
  }
});

test('docs/dependency-injection.md: the other examples run', async () => {
  const [, ...examples] = codeBlocks(readDocument(root, 'docs/dependency-injection.md')).filter(
    ({ language, text }) => language === 'ts' && text.includes('export const { handler'),
  );
  const results = [];
  for (const { text } of examples) {
    const decorators = text.includes('inject: [TRACER]') ? 'standard' : 'legacy';
    const { handler } = runExample<{ handler: FcFunction }>(text, (name) => require(name) as unknown, decorators);
    results.push(await invoke(handler, { to: 'ann' }));
  }
  expect(results).toEqual([3, expect.any(Number), 'not sent']);
});

test('docs/quickstart.md: the program without decorators runs', async () => {
  const { text } = codeBlocks(readDocument(root, 'docs/quickstart.md')).find(({ language }) => language === 'js')!;
  const module = { exports: {} as { handler: FcFunction } };
  // oxlint-disable-next-line typescript/no-implied-eval -- an example of this repository
  new Function('require', 'module', text)((name: string) => require(name) as unknown, module);
  expect(await invoke(module.exports.handler, { name: 'world' })).toBe('Hello world');
});
