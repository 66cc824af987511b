import { recordTraces } from 'fc-traced/testing';
import type { SpanRecord, Trace } from 'fc-traced/testing';
import { renderTrace } from '../../src/testing/trace-tree';
import { runExample } from './compiled-example';
import { root } from './fresh-process';
import { codeBlocks, readDocument } from './markdown';

const blocks = codeBlocks(readDocument(root, 'docs/traced.md'));

/** Examples that run, each with the drawing that stands below it. That they compile, examples.test.ts says. */
const examples = blocks.flatMap((block, index) => {
  const drawing = blocks[index + 1];
  return block.language === 'ts' && block.from === undefined
    ? [{ line: block.line, text: block.text, drawing: drawing?.language === '' ? drawing.text : undefined }]
    : [];
});

type Decorators = 'legacy' | 'standard';

/** The events and links of a span, as the guide shows them. */
function note({ events, links }: SpanRecord): string {
  return [...events.map(({ name }) => `[${name}]`), ...(links.length === 0 ? [] : [`links=${links.length}`])].join(
    '  ',
  );
}

function draw(trace: Trace): string {
  return renderTrace(trace, {
    note,
    attributes: [...new Set(trace.spans.flatMap(({ attributes }) => Object.keys(attributes)))],
  });
}

async function drawingOf(text: string, decorators: Decorators): Promise<string> {
  const traces = recordTraces();
  try {
    await runExample<{ run(): unknown }>(text, (name) => require(name) as unknown, decorators).run();
    return traces.traces().map(draw).join('\n\n');
  } finally {
    traces.stop();
  }
}

test('the guide has an example for each feature, each with its drawing', () => {
  expect(examples.length).toBeGreaterThanOrEqual(15);
  expect(examples.filter(({ drawing }) => drawing === undefined)).toEqual([]);
});

test.each(examples)(
  'docs/traced.md, line $line: the example makes the spans that are drawn below it',
  async ({ text, drawing }) => {
    expect(await drawingOf(text, 'legacy')).toBe(drawing);
  },
);

test.each(examples.filter(({ text }) => !text.includes('(@SpanAttribute')))(
  'docs/traced.md, line $line: with standard decorators the spans are the same',
  async ({ text, drawing }) => {
    expect(await drawingOf(text, 'standard')).toBe(drawing);
  },
);
