import { transformSync } from '@swc/core';
import type { FcFunction } from 'fc-traced';
import { fakeEvent, fakeFcContext, invoke, recordTraces } from 'fc-traced/testing';
import { execFileSync } from 'node:child_process';
import { renderTrace } from '../../src/testing/trace-tree';
import { runExample } from './compiled-example';
import { root } from './fresh-process';
import { InstalledCopy } from './installed-copy';
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

test('traces that several documents show are the same in each', () => {
  const treesOf = (file: string): string[] =>
    codeBlocks(readDocument(root, file)).flatMap(({ language, text }) => (language === '' ? [text] : []));
  // guide-examples.test.ts, quickstart.test.ts and `test/samples/hello.test.ts` check the trees in these documents.
  const [secrets] = codeBlocks(readDocument(root, 'docs/secrets.md'));
  expect(codeBlocks(readDocument(root, 'docs/traced.md')).map(({ text }) => text)).toContain(secrets!.text);
  expect(treesOf('docs/traced.md')).toContain(treesOf('docs/secrets.md')[0]);
  expect(treesOf('README.md')).toContain(treesOf('docs/local-development.md')[0]);
  expect(treesOf('README.md')[0]).toContain(treesOf('docs/testing.md')[0]!.split('\n').at(-1));
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

test('docs/operations.md: the response has the trace id and the request id, also if the trace is not recorded', async () => {
  const { text } = codeBlocks(readDocument(root, 'docs/operations.md')).find((block) =>
    block.text.includes('logFields'),
  )!;
  const { handler } = runExample<{ handler: FcFunction }>(text, (name) => require(name) as unknown);
  const answer = (await invoke(handler, fakeEvent('http'), fakeFcContext({ requestId: 'r-1' }))) as {
    headers: Record<string, string>;
  };
  expect(answer.headers).toMatchObject({ 'x-request-id': 'r-1' });
  expect(answer.headers['x-trace-id']).toMatch(/^[0-9a-f]{32}$/);
});

test('docs/operations.md: with the entry that enables source maps, the stack in the trace names the TypeScript file', () => {
  const guide = codeBlocks(readDocument(root, 'docs/operations.md'));
  const at = guide.findIndex(({ text }) => text.includes('setSourceMapsEnabled'));
  const copy = new InstalledCopy();
  try {
    const source = [
      "import { createHandler } from 'fc-traced';",
      '',
      'class Orders {',
      '  handle(): never {',
      "    throw new Error('line 5');",
      '  }',
      '}',
      'export const { handler, initialize, preStop } = createHandler(Orders);',
    ].join('\n');
    const options = {
      jsc: { parser: { syntax: 'typescript' }, target: 'es2022' },
      module: { type: 'commonjs' },
    } as const;
    const compile = (text: string, filename: string): string =>
      transformSync(text, { ...options, configFile: false, swcrc: false, filename, sourceMaps: 'inline' }).code;
    copy.write('handler.js', compile(source, copy.write('handler.ts', source)));
    copy.write('source-maps.js', compile(guide[at]!.text, 'source-maps.ts'));
    const index = copy.write('index.js', compile(guide[at + 1]!.text, 'index.ts'));
    const program = `require(${JSON.stringify(index)}).handler(Buffer.from('{}'), {}).catch((e) => console.log(e.stack))`;
    const stack = execFileSync(process.execPath, ['-e', program], { encoding: 'utf8', cwd: copy.folder });
    expect(stack).toContain('handler.ts:5');
  } finally {
    copy.remove();
  }
});

test('docs/quickstart.md: the program without decorators runs', async () => {
  const { text } = codeBlocks(readDocument(root, 'docs/quickstart.md')).find(({ language }) => language === 'js')!;
  const module = { exports: {} as { handler: FcFunction } };
  // oxlint-disable-next-line typescript/no-implied-eval -- an example of this repository
  new Function('require', 'module', text)((name: string) => require(name) as unknown, module);
  expect(await invoke(module.exports.handler, { name: 'world' })).toBe('Hello world');
});
