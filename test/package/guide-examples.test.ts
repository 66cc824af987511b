import { recordTraces } from 'fc-traced/testing';
import type { SpanRecord, Trace } from 'fc-traced/testing';
import { renderTrace } from '../../src/testing/trace-tree';
import { runExample } from './compiled-example';
import { root } from './fresh-process';
import { codeBlocks, readDocument } from './markdown';

const blocks = codeBlocks(readDocument(root, 'docs/traced.md'));

/** The examples, each with the rendered trace below it; examples.test.ts checks their types. */
const examples = blocks.flatMap((block, index) => {
  const tree = blocks[index + 1];
  return block.language === 'ts' && block.from === undefined
    ? [{ line: block.line, text: block.text, tree: tree?.language === '' ? tree.text : undefined }]
    : [];
});

type Decorators = 'legacy' | 'standard';

/** Returns the events and links of a span as shown in the guide. */
function note({ events, links }: SpanRecord): string {
  return [...events.map(({ name }) => `[${name}]`), ...(links.length === 0 ? [] : [`links=${links.length}`])].join(
    '  ',
  );
}

function render(trace: Trace): string {
  return renderTrace(trace, {
    note,
    attributes: [...new Set(trace.spans.flatMap(({ attributes }) => Object.keys(attributes)))],
  });
}

async function traceOf(text: string, decorators: Decorators): Promise<string> {
  const traces = recordTraces();
  try {
    await runExample<{ run(): unknown }>(text, (name) => require(name) as unknown, decorators).run();
    return traces.traces().map(render).join('\n\n');
  } finally {
    traces.stop();
  }
}

test('the guide has examples, each with its trace', () => {
  expect(examples.length).toBeGreaterThanOrEqual(15);
  expect(examples.filter(({ tree }) => tree === undefined)).toEqual([]);
});

test.each(examples)(
  'docs/traced.md, line $line: the example produces the trace that is shown below it',
  async ({ text, tree }) => {
    expect(await traceOf(text, 'legacy')).toBe(tree);
  },
);

test.each(examples.filter(({ text }) => !text.includes('(@SpanAttribute')))(
  'docs/traced.md, line $line: with standard decorators, the trace is the same',
  async ({ text, tree }) => {
    expect(await traceOf(text, 'standard')).toBe(tree);
  },
);
