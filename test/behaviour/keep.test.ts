import { context, createTraceState, diag, DiagLogLevel, trace } from '@opentelemetry/api';
import { createHandler, Handler, HttpError, Traced, traceHeaders } from 'fc-traced';
import type { HandlerOptions, KeepOptions, KeepSummary, Span } from 'fc-traced';
import { expectTrace, fakeEvent, fakeFcContext, invoke, recordTraces } from 'fc-traced/testing';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { resolveConfig } from '../../src/config/config';
import { diagnostics } from '../../src/diagnostics';
import { state } from '../../src/tracing/telemetry/state';

const logged: string[] = [];
const traces = recordTraces();
beforeAll(() => {
  const log = (message: string): void => void logged.push(message);
  diag.setLogger({ error: log, warn: log, info() {}, debug() {}, verbose() {} }, DiagLogLevel.WARN);
});
beforeEach(() => {
  diagnostics.messages.clear();
  diagnostics.counts.clear();
  logged.length = 0;
});
afterEach(() => traces.clear());
afterAll(() => {
  traces.stop();
  diag.disable();
});

type Program = (work: Work) => unknown;

class Work {
  @Traced()
  step(): void {}
  @Traced()
  fails(): void {
    throw new Error('broken');
  }
  @Traced()
  caught(): void {
    try {
      this.fails();
    } catch {
      // The program goes on.
    }
  }
  @Traced()
  async run<T>(part: () => T): Promise<Awaited<T>> {
    return await part();
  }
}

/** Runs a program in an invocation whose trace is not sampled. Returns what the invocation settles with. */
async function invoked(
  keep: KeepOptions,
  program: Program,
  { options, event = {}, fcContext }: { options?: HandlerOptions; event?: unknown; fcContext?: object } = {},
): Promise<unknown> {
  @Handler()
  class Main {
    async handle(): Promise<unknown> {
      return program(new Work());
    }
  }
  const { handler } = createHandler(Main, { sampleRatio: 0, keep, name: 'main', ...options });
  const fc = fakeFcContext(fcContext);
  return invoke(handler, event, fc).catch((error: unknown) => error);
}

const keptAs = (): unknown[] =>
  traces.traces().map(({ roots }) => roots.map(({ span }) => span.attributes['fc_traced.kept']));

describe('a trace that is not sampled', () => {
  test('is kept because of an error of the invocation, whole', async () => {
    await invoked({ errors: true }, (work) => {
      work.step();
      work.fails();
    });
    expect(logged).toEqual([]);
    expectTrace(traces.only()).toMatchTree({
      name: 'main',
      kind: 'server',
      status: 'ERROR',
      attributes: { 'fc_traced.kept': 'error' },
      children: [{ name: 'Work.step' }, { name: 'Work.fails', status: 'ERROR' }],
    });
  });

  test('is kept because of the error of a span, which the program handled', async () => {
    await invoked({ errors: true }, (work) => work.caught());
    expect(keptAs()).toEqual([['error']]);
    expect(traces.spans().map(({ name }) => name)).toEqual(['Work.fails', 'Work.caught', 'main']);
  });

  test('is not kept without a reason', async () => {
    await invoked({ errors: true, slowerThanMillis: 60_000, when: () => false }, (work) => work.step());
    expect(traces.spans()).toEqual([]);
  });

  test.each([
    [500, [['error']]],
    [404, []],
  ])('is kept for an HTTP response of %d: %j', async (status, kept) => {
    await invoked(
      { errors: true },
      () => {
        throw new HttpError(status, 'no');
      },
      { event: fakeEvent('http') },
    );
    expect(keptAs()).toEqual(kept);
  });

  test('is kept if the invocation took longer', async () => {
    let now = 1_000;
    const clock = jest.spyOn(performance, 'now').mockImplementation(() => now);
    await invoked({ slowerThanMillis: 800 }, () => void (now += 800));
    expect(traces.spans()).toEqual([]);
    await invoked({ slowerThanMillis: 800 }, () => void (now += 801));
    clock.mockRestore();
    expect(keptAs()).toEqual([['slow']]);
  });

  test('is kept if it is that of a cold start', async () => {
    class Main {
      handle(): void {}
    }
    const { handler } = createHandler(Main, { sampleRatio: 0, keep: { coldStart: true } });
    await invoke(handler);
    expect(keptAs()).toEqual([['cold_start']]);
    await invoke(handler);
    expect(keptAs()).toHaveLength(1);
  });

  test('is kept by a function that gets what is known about the invocation', async () => {
    const summaries: KeepSummary[] = [];
    const when = (summary: KeepSummary): boolean => {
      summaries.push(summary);
      return summary.attributes['order.size'] === 7;
    };
    const error = new Error('broken');
    await invoked({ when }, (work) => {
      trace.getActiveSpan()!.setAttribute('order.size', 7);
      work.caught();
      throw error;
    });
    expect(summaries).toEqual([
      {
        trigger: 'other',
        coldStart: expect.any(Boolean),
        durationMillis: expect.any(Number),
        error,
        spanCount: 3,
        failedSpanCount: 2,
        attributes: expect.objectContaining({ 'order.size': 7 }),
      },
    ]);
    expect(keptAs()).toEqual([['when']]);
    await invoked({ when }, () => {}, { event: fakeEvent('timer') });
    expect(summaries[1]).toMatchObject({ trigger: 'timer', error: undefined, spanCount: 1, failedSpanCount: 0 });
    expect(keptAs()).toHaveLength(1);
  });

  test.each<[string, unknown, string]>([
    [
      'throws',
      () => {
        throw new Error('s3cret');
      },
      'threw',
    ],
    ['returns 1', () => 1, 'returned neither true nor false'],
    ['returns a promise', async () => true, 'returned a promise'],
    [
      'returns a rejected promise',
      async () => {
        throw new Error('s3cret');
      },
      'returned a promise',
    ],
  ])('is not kept by a function that %s, which is counted and logged once', async (_, when, problem) => {
    const keep = { when } as KeepOptions;
    await invoked(keep, () => 1);
    await invoked(keep, () => 1);
    expect(logged).toEqual([`fc-traced: the function keep.when ${problem}; the trace was not kept`]);
    expect(traces.spans()).toEqual([]);
    // The next trace that is recorded reports it, not one that is dropped.
    await invoked({ slowerThanMillis: 0 }, () => 1);
    expect(traces.spans()[0]!.attributes['fc_traced.telemetry_errors']).toBe(2);
  });

  test('propagates flag 0 and no threshold while it runs, and is exported with flag 1', async () => {
    const contexts: (string | undefined)[][] = [];
    const recorder = {
      onEnd: (span: unknown) => {
        const { traceFlags, traceState } = (span as Span).spanContext();
        contexts.push([String(traceFlags), traceState?.serialize()]);
      },
    };
    state.recorders.add(recorder);
    const headers = await invoked({ slowerThanMillis: 0 }, (work) => work.run(() => traceHeaders()));
    state.recorders.delete(recorder);
    const [run] = traces.spans();
    expect(headers).toEqual({ traceparent: `00-${run!.traceId}-${run!.spanId}-02` });
    expect(contexts).toEqual([
      ['1', undefined],
      ['1', undefined],
    ]);
  });

  test('contains spans of libraries, and children of a span that has ended', async () => {
    await invoked({ slowerThanMillis: 0 }, async (work) => {
      let later!: Promise<void>;
      await work.run(() => {
        trace.getTracer('library').startSpan('query').end();
        later = new Promise((resolve) =>
          setImmediate(() => {
            work.step();
            trace.getTracer('library').startSpan('late query').end();
            resolve();
          }),
        );
      });
      await later;
    });
    expectTrace(traces.only()).toMatchTree(`
      main
      └─ Work.run
         ├─ query
         ├─ Work.step
         └─ late query`);
  });
});

describe('the decision of the caller', () => {
  const TRACE_ID = '4bf92f3577b34da6a3ce929d0e0e4736';
  const w3c = (flags: string, tracestate?: string): unknown => ({
    ...(fakeEvent('http') as object),
    headers: { traceparent: `00-${TRACE_ID}-00f067aa0ba902b7-${flags}`, ...(tracestate && { tracestate }) },
  });
  const jaeger = (flag: number): object => ({ tracing: { openTracingSpanContext: `1:1:0:${flag}` } });

  test('is kept: flag 0 of FC or of W3C headers records nothing, whatever the rules', async () => {
    await invoked({ slowerThanMillis: 0 }, () => 1, { fcContext: jaeger(0) });
    await invoked({ slowerThanMillis: 0 }, () => 1, { event: w3c('00') });
    expect(traces.spans()).toEqual([]);
  });

  test('is overridden with overrideCaller, and the span of the caller is the parent', async () => {
    await invoked({ slowerThanMillis: 0, overrideCaller: true }, (work) => work.step(), { fcContext: jaeger(0) });
    await invoked({ slowerThanMillis: 0, overrideCaller: true }, (work) => work.step(), { event: w3c('00') });
    expect(traces.spans().map(({ name, traceId, parentSpanId }) => [name, traceId, parentSpanId?.slice(-1)])).toEqual([
      ['Work.step', '1'.padStart(32, '0'), expect.any(String)],
      ['main', '1'.padStart(32, '0'), '1'],
      ['Work.step', TRACE_ID, expect.any(String)],
      ['main', TRACE_ID, '7'],
    ]);
  });

  test('a kept trace has no threshold, but keeps all other members', async () => {
    const headers: unknown[] = [];
    const run = async (tracestate: string): Promise<void> =>
      void (await invoked(
        { slowerThanMillis: 0, overrideCaller: true },
        () => void headers.push(traceHeaders().tracestate),
        { event: w3c('00', tracestate) },
      ));
    await run('vendor=1,ot=th:8;rv:00000000000000;zz:1');
    await run('ot=th:8');
    expect(headers).toEqual(['ot=rv:00000000000000;zz:1,vendor=1', undefined]);
    expect(traces.spans()).toHaveLength(2);
  });

  test('a sampled trace is recorded as ever, and not marked', async () => {
    await invoked({ errors: true }, (work) => work.fails(), { fcContext: jaeger(1) });
    expect(keptAs()).toEqual([[undefined]]);
    await invoked({ errors: true }, (work) => work.fails(), { options: { sampleRatio: 1 } });
    expect(keptAs()).toEqual([[undefined], [undefined]]);
  });
});

describe('late spans', () => {
  /** Runs an invocation that leaves a span and work behind. Returns the names of the spans that arrive in the end. */
  async function namesAfter(keep: KeepOptions): Promise<string[]> {
    let late!: () => void;
    await invoked(keep, (work) => {
      const open = trace.getTracer('library').startSpan('left open');
      const active = context.active();
      late = () => {
        open.end();
        context.with(active, () => {
          work.step();
          trace.getTracer('library').startSpan('late').end();
        });
      };
    });
    const before = traces.spans().map(({ name }) => name);
    late();
    return [
      ...before,
      '|',
      ...traces
        .spans()
        .slice(before.length)
        .map(({ name }) => name),
    ];
  }

  test('of a dropped trace do not arrive', async () => {
    expect(await namesAfter({ slowerThanMillis: 60_000 })).toEqual(['|']);
  });

  test('of a kept trace arrive as those of a sampled one', async () => {
    const kept = await namesAfter({ slowerThanMillis: 0 });
    expect(kept).toEqual(['left open', 'main', '|', 'Work.step', 'late']);
  });
});

test('a server of the program keeps the traces of failed requests', async () => {
  const { traceListener } = await import('fc-traced/server');
  const listener = traceListener(
    (request, response) => {
      response.statusCode = request.url === '/fails' ? 500 : 200;
      response.end('answer');
    },
    { sampleRatio: 0, keep: { errors: true } },
  );
  const server = createServer(listener);
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  for (const path of ['/', '/fails', '/']) {
    expect(await (await fetch(`http://127.0.0.1:${port}${path}`)).text()).toBe('answer');
  }
  await new Promise((resolve) => server.close(resolve));
  expect(traces.spans().map(({ attributes }) => [attributes['url.path'], attributes['fc_traced.kept']])).toEqual([
    ['/fails', 'error'],
  ]);
});

test('invocations that run at the same time in one trace are decided one by one', async () => {
  let release!: () => void;
  const gate = new Promise<void>((resolve) => (release = resolve));
  const options = { options: { parent: `00-${'a'.repeat(32)}-${'b'.repeat(16)}-00` } };
  const keep = { errors: true, overrideCaller: true };
  const failing = invoked(
    keep,
    async (work) => {
      await gate;
      work.fails();
    },
    options,
  );
  const fine = invoked(
    keep,
    async (work) => {
      work.step();
      await gate;
      work.step();
    },
    options,
  );
  release();
  await Promise.all([failing, fine]);
  expect(traces.spans().map(({ name }) => name)).toEqual(['Work.fails', 'main']);
});

describe('limits', () => {
  test('spans beyond maxSpans are not recorded and are counted, and no span loses its parent', async () => {
    await invoked({ slowerThanMillis: 0, maxSpans: 4 }, (work) =>
      work.run(() => {
        for (let count = 0; count < 10; count += 1) work.caught();
      }),
    );
    expectTrace(traces.only()).toMatchTree(`
      main
      └─ Work.run
         └─ Work.caught
            └─ Work.fails  ERROR`);
    expect(traces.only().roots[0]!.span.attributes['fc_traced.dropped_spans']).toBe(9);
    expect(logged).toEqual([
      'fc-traced: spans of a kept trace were not recorded: there were more than keep.maxSpans or keep.maxBytes',
    ]);
  });

  test('spans beyond maxBytes lose attributes and events, further ones are not recorded, and the tree is whole', async () => {
    const big = 'x'.repeat(2_000);
    await invoked({ slowerThanMillis: 0, maxBytes: 3_000 }, (work) =>
      work.run(() => {
        for (let count = 0; count < 3; count += 1) {
          void work.run(() => {
            trace.getActiveSpan()!.setAttributes({ big, list: [big] });
            trace.getActiveSpan()!.addEvent(big);
          });
        }
      }),
    );
    const size = JSON.stringify(traces.spans().map(({ attributes, events }) => [attributes, events.length])).length;
    expect(size).toBeLessThan(3_000);
    expect(traces.only().roots).toHaveLength(1);
    expect(
      traces.spans().filter(({ attributes }) => attributes['fc_traced.problem'] !== undefined).length,
    ).toBeGreaterThan(0);
    expect(logged[0]).toMatch(/^fc-traced: spans of a kept trace (lost|were)/);
  });

  test('nothing is counted for a trace that is dropped', async () => {
    await invoked({ errors: true, maxSpans: 1, maxBytes: 1 }, (work) => {
      work.step();
      work.step();
    });
    expect([logged, [...diagnostics.counts]]).toEqual([[], []]);
  });
});

test('span processors see all recorded spans start and end, those of a dropped trace with sampled flag 0', async () => {
  const seen: unknown[][] = [];
  const processor = {
    onStart: (span: Span) => void span.setAttribute('tenant', 'acme'),
    onEnding: (span: Span) => void span.setAttribute('ending', true),
    onEnd: (span: { name: string; attributes: object } & Span) =>
      void seen.push([span.name, span.spanContext().traceFlags, 'ending' in span.attributes]),
    forceFlush: async () => {},
    shutdown: async () => {},
  };
  const options = { spanProcessors: [processor as never] };
  await invoked({ errors: true }, (work) => work.step(), { options });
  expect(seen.splice(0)).toEqual([
    ['Work.step', 0, true],
    ['main', 0, true],
  ]);
  await invoked({ errors: true }, (work) => work.fails(), { options });
  expect(seen).toEqual([
    ['Work.fails', 1, true],
    ['main', 1, true],
  ]);
  expect(traces.spans().map(({ attributes }) => [attributes.tenant, attributes.ending])).toEqual([
    ['acme', true],
    ['acme', true],
  ]);
});

test('secrets are redacted, also in a trace that is kept', async () => {
  await invoked({ slowerThanMillis: 0 }, () => trace.getActiveSpan()!.setAttribute('password', 'hunter2'));
  expect(traces.spans()[0]!.attributes.password).toBe('[redacted]');
});

test('a trace of a sampled sender that the invocation continues in one of its spans is recorded as ever', async () => {
  const sender = { traceId: 'c'.repeat(32), spanId: 'd'.repeat(16), traceFlags: 1, isRemote: true };
  await invoked({ errors: true }, () => {
    const parent = trace.setSpanContext(context.active(), { ...sender, traceState: createTraceState('a=1') });
    trace.getTracer('library').startSpan('receive', {}, parent).end();
    trace
      .getTracer('library')
      .startSpan('ignored', {}, trace.setSpanContext(parent, { ...sender, traceFlags: 0 }))
      .end();
  });
  expect(traces.spans().map(({ name }) => name)).toEqual(['receive']);
});

test('without rules there is nothing to keep, and the option costs nothing', () => {
  expect(resolveConfig({ keep: {} }).keep).toBeUndefined();
  expect(resolveConfig({ keep: { errors: false, overrideCaller: true } }).keep).toBeUndefined();
  expect(resolveConfig({ keep: { errors: true } }).keep).toMatchObject({ maxSpans: 1_024, maxBytes: 1_048_576 });
});

test.each<[unknown, string]>([
  [true, 'an object of rules (errors, slowerThanMillis, coldStart, when), not true.'],
  [[], 'an object of rules (errors, slowerThanMillis, coldStart, when), not an array.'],
  [{ error: true }, 'an object of rules; "error" is not one of them (did you mean "errors"?).'],
  [{ slowerThan: 5 }, 'an object of rules; "slowerThan" is not one of them (did you mean "slowerThanMillis"?).'],
  [{ errors: 1 }, 'an object of rules; "errors" must be true or false, not 1.'],
  [
    { slowerThanMillis: '1s' },
    'an object of rules; "slowerThanMillis" must be a number of milliseconds, 0 or more, not "1s".',
  ],
  [{ when: true }, 'an object of rules; "when" must be a function, not true.'],
  [{ maxSpans: 0 }, 'an object of rules; "maxSpans" must be a whole number, more than 0, not 0.'],
  [{ maxBytes: 1.5 }, 'an object of rules; "maxBytes" must be a whole number, more than 0, not 1.5.'],
])('keep %j is rejected', (keep, message) => {
  expect(() => Handler({ keep } as object)).toThrow(
    expect.objectContaining({
      code: 'INVALID_OPTION',
      message: expect.stringContaining(`Option "keep" of @Handler must be ${message}`),
    }),
  );
});

test('with a tracer provider of the program, a message says that the option has no effect', async () => {
  traces.stop();
  trace.disable();
  const span = trace.wrapSpanContext({ traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), traceFlags: 0 });
  const tracer = { startSpan: () => span, startActiveSpan: () => undefined as never };
  trace.setGlobalTracerProvider({ getTracer: () => tracer });
  await invoked({ errors: true }, () => 1);
  trace.disable();
  expect(logged).toEqual([
    'fc-traced: the option keep has no effect: the program registered a tracer provider, whose sampler decides what is recorded',
  ]);
});
