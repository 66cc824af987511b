// Compiled by `npm run typecheck`, never run: correct uses compile, and wrong ones are type errors.
import type { FcFunction } from 'fc-traced';
import { expectTrace, fakeFcContext, invoke, recordTraces } from 'fc-traced/testing';

export async function right(handler: FcFunction): Promise<unknown> {
  using traces = recordTraces();
  const context = fakeFcContext({
    generation: '2.0',
    function: { timeout: 3 },
    tracing: { openTracingSpanContext: '1:1:0:1' },
  });
  const result: unknown = await invoke(handler, { id: 7 }, context, { callback: true });
  expectTrace(traces.only()).toMatchTree({
    name: 'a',
    kind: 'server',
    status: 'UNSET',
    attributes: { a: 1 },
    events: [],
    links: 0,
    children: [{ name: 'b' }],
  });
  expectTrace(traces.last()).toMatchTree('a\n  b');
  expectTrace(traces.traces()[0]!).toHideSecrets('one', 'two');
  return result;
}

export async function wrong(handler: FcFunction): Promise<void> {
  const traces = recordTraces();
  // @ts-expect-error -- unknown generation
  fakeFcContext({ generation: '4.0' });
  // @ts-expect-error -- a timeout is a number of seconds
  fakeFcContext({ function: { timeout: '3' } });
  // @ts-expect-error -- unknown status
  expectTrace(traces.only()).toMatchTree({ name: 'a', status: 'FAILED' });
  // @ts-expect-error -- a span has a name
  expectTrace(traces.only()).toMatchTree({ kind: 'server' });
  // @ts-expect-error -- unknown kind
  expectTrace(traces.only()).toMatchTree({ name: 'a', kind: 'SERVER' });
  // @ts-expect-error -- the handler is passed, not its result
  await invoke(handler(Buffer.from(''), fakeFcContext()), {});
}
