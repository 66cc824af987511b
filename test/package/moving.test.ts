import type { FcFunction } from 'fc-traced';
import { fakeFcContext, invoke, recordTraces } from 'fc-traced/testing';
import { renderTrace } from '../../src/testing/trace-tree';
import { compiledExample, runExample } from './compiled-example';
import { inFreshProcess, root } from './fresh-process';
import { codeBlocks, readDocument } from './markdown';

// The pages in docs/moving show code before and after; examples.test.ts compiles both. Here, the code after is run.

interface Module {
  readonly handler?: FcFunction;
  readonly run?: () => Promise<unknown>;
}

const EVENT = { sku: 'teapot' };
const PAGES = ['from-exports-handler', 'from-fc-samples', 'from-powertools', 'from-nestjs-otel', 'from-midway'];

/** The code of a page with its trace below it. */
function pageOf(name: string): { readonly after: string; readonly tree: string; readonly before: string } {
  const blocks = codeBlocks(readDocument(root, `docs/moving/${name}.md`));
  const at = blocks.findIndex(({ language }) => language === '');
  return { before: blocks[0]!.text, after: blocks[at - 1]!.text, tree: blocks[at]!.text };
}

test.each(PAGES)('docs/moving/%s.md: the code after the move creates the trace that is shown', async (name) => {
  const { after, tree } = pageOf(name);
  const traces = recordTraces();
  try {
    const { handler, run } = runExample<Module>(after, (wanted) => require(wanted) as unknown);
    await (handler === undefined ? run!() : invoke(handler, EVENT));
    expect(renderTrace(traces.only(), { attributes: ['sku', 'order.sku'] })).toBe(tree);
  } finally {
    traces.stop();
  }
});

test('docs/moving/from-exports-handler.md: both programs return the same', async () => {
  const { before, after } = pageOf('from-exports-handler');
  const exported = {} as { handler: (event: Buffer, context: object) => Promise<unknown> };
  // oxlint-disable-next-line typescript/no-implied-eval -- an example of this repository
  new Function('exports', before)(exported);
  const { handler } = runExample<Module>(after, (wanted) => require(wanted) as unknown);
  const context = fakeFcContext();
  for (const sku of ['teapot', 'unicorn']) {
    const old = exported.handler(Buffer.from(JSON.stringify({ sku })), context);
    const moved = invoke(handler!, { sku }, context);
    expect(await moved.catch(String)).toEqual(await old.catch(String));
  }
});

test('docs/moving/beside-another-sdk.md: the spans are those of the provider that the program registered', async () => {
  const { after, tree } = pageOf('beside-another-sdk');
  const exporter = "new OTLPTraceExporter({ url: process.env['TRACES_ENDPOINT'] })";
  expect(after).toContain(exporter);
  const code = compiledExample(after.replace(exporter, 'globalThis.exporter'));
  const spans = await inFreshProcess<{ name: string; id: string; parent?: string }[]>(`
    const { InMemorySpanExporter } = require('@opentelemetry/sdk-trace-base');
    globalThis.exporter = new InMemorySpanExporter();
    const module = {};
    new Function('require', 'exports', ${JSON.stringify(code)})(require, module);
    const { fakeFcContext, invoke } = require('fc-traced/testing');
    await module.initialize(fakeFcContext());
    await invoke(module.handler, ${JSON.stringify(EVENT)});
    report(globalThis.exporter.getFinishedSpans().map((span) => (
      { name: span.name, id: span.spanContext().spanId, parent: span.parentSpanContext?.spanId })));
  `);
  const invocation = spans.find(({ name }) => name === 'orders')!;
  const children = spans.filter(({ parent }) => parent === invocation.id).map(({ name }) => `└─ ${name}`);
  expect(['orders', ...children].join('\n')).toBe(tree);
});
