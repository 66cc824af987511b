import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { buildTraces, renderTrace } from '../../src/testing/trace-tree';
import type { SpanRecord } from '../../src/testing/trace-tree';
import { compiledExample } from '../package/compiled-example';
import { dist, root } from '../package/fresh-process';
import { codeBlocks, readDocument } from '../package/markdown';

const blocks = codeBlocks(readDocument(root, 'docs/logs.md'));
/** Examples, each with the lines and the trace that follow it. examples.test.ts checks that they compile. */
const examples = blocks.flatMap(({ language, text, line }, at) => {
  const [lines, tree] = [blocks[at + 1], blocks[at + 2]];
  return language === 'ts' && lines?.language === '' && tree?.language === ''
    ? [{ line, text, lines: lines.text, tree: tree.text }]
    : [];
});

/** Runs one invocation in its own process, with a console and a logger that write lines like FC's. */
const RUN = `
  const { format } = require('node:util');
  const { fakeFcContext, invoke, recordTraces } = require('fc-traced/testing');
  const { correlateLogs } = require(dist + '/chunk-core.js').logs_log_lines();
  const requestId = '1-673f2f8a-15b1c3f1';
  const write = (level) => (...values) =>
    process.stdout.write([new Date().toISOString(), requestId, '[' + level + ']', format(...values)].join(' ') + '\\n');
  const methods = { log: write('verbose'), info: write('info'), warn: write('warn'), error: write('error') };
  Object.assign(console, methods);
  const traces = recordTraces();
  const context = fakeFcContext({ requestId, logger: { ...methods } });
  correlateLogs('console', context);
  invoke(module.handler, { sku: 'teapot', quantity: 2 }, context).then(() => setTimeout(() => {
    const toJson = (_, value) => (typeof value === 'bigint' ? String(value) : value);
    process.stdout.write('\\u0001' + JSON.stringify(traces.spans(), toJson));
  }, 50));`;

async function run(example: string): Promise<{ lines: string; tree: string }> {
  const code = JSON.stringify(compiledExample(example));
  const script = `const dist = ${JSON.stringify(dist)}; const module = {};
    new Function('require', 'exports', ${code})(require, module); ${RUN}`;
  const env = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^(OTEL_|FC_|NODE_OPTIONS)/.test(name)),
  );
  const { stdout } = await promisify(execFile)(process.execPath, ['-e', `{${script}}`], {
    cwd: root,
    env,
    timeout: 25_000,
  });
  const [lines, spans] = stdout.split('\u0001') as [string, string];
  const trace = buildTraces(JSON.parse(spans) as SpanRecord[])[0]!;
  return {
    lines: lines.trimEnd(),
    tree: renderTrace(trace, {
      attributes: [],
      note: ({ traceId, spanId }) => `trace_id=${traceId}  span_id=${spanId}`,
    }),
  };
}

/** Replaces times, and numbers ids by their order of appearance, because they differ in each run. */
function normalized({ lines, tree }: { readonly lines: string; readonly tree: string }): string[] {
  const ids: string[] = [];
  const numbered = `${lines}\n\n${tree}`
    .replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, '<time>')
    .replace(
      /\b(?:[0-9a-f]{32}|[0-9a-f]{16})\b/g,
      (id) => `<id ${ids.includes(id) ? ids.indexOf(id) : ids.push(id) - 1} of ${id.length}>`,
    );
  return numbered.split('\n');
}

test('the guide has examples for the logger, the console, a custom logger, pino and winston', () => {
  expect(examples).toHaveLength(5);
});

test.each(examples)(
  'docs/logs.md, line $line: the example logs the lines and creates the trace that the guide shows',
  async ({ text, lines, tree }) => {
    expect(normalized(await run(text))).toEqual(normalized({ lines, tree }));
  },
);
