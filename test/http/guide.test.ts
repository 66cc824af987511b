import type { FcFunction } from 'fc-traced';
import { invoke, recordTraces } from 'fc-traced/testing';
import { httpEventOf } from '../../src/fc/http-event';
import { renderTrace } from '../../src/testing/trace-tree';
import { runExample } from '../package/compiled-example';
import { root } from '../package/fresh-process';
import { codeBlocks, readDocument } from '../package/markdown';

const [example, tree] = codeBlocks(readDocument(root, 'docs/http.md'));
const traces = recordTraces();
afterEach(() => traces.clear());
afterAll(() => traces.stop());

test.each([
  ['teapot', 200, { shelf: 6 }],
  ['unicorn', 404, { status: 404, detail: 'there are no unicorns' }],
])(
  'the function of the guide handles an order of a %s and records the trace in the guide',
  async (sku, statusCode, answer) => {
    const { handler } = runExample<{ handler: FcFunction }>(example!.text, (name) => require(name) as unknown);
    const event = {
      ...httpEventOf({ method: 'POST', target: '/orders/7', headers: { 'content-type': 'application/json' } }),
      body: JSON.stringify({ sku }),
    };
    const answered = (await invoke(handler, event)) as { statusCode: number; body: string };
    expect(answered.statusCode).toBe(statusCode);
    expect(JSON.parse(answered.body)).toMatchObject(answer);
    const rendered = renderTrace(traces.only(), { attributes: ['http.response.status_code'] });
    if (statusCode === 200) expect(rendered).toBe(tree!.text);
    else expect(rendered).toContain('POST /orders/{id}  http.response.status_code=404');
  },
);
