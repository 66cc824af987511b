import { annotate, createHandler, Handler, InjectDeadline, InjectTracer, secret, startSpan, Traced } from 'fc-traced';
import type { HandlerOptions, InvocationDeadline, Tracer } from 'fc-traced';
import { fakeFcContext, invoke, recordTraces } from 'fc-traced/testing';
import type { SpanRecord } from 'fc-traced/testing';
import { once } from 'node:events';

const traces = recordTraces();
afterEach(() => traces.clear());
afterAll(() => traces.stop());

const PARENT = '124ed43254b54966:124ed43254b54966:0:1';
const contextOf = (timeout: number, openTracingSpanContext = PARENT): ReturnType<typeof fakeFcContext> =>
  fakeFcContext({ function: { timeout }, tracing: { openTracingSpanContext } });

const PIN = 'pin-4711-secret';
secret(PIN);

interface Event {
  readonly branches?: number;
  readonly depth?: number;
}

@Handler({ name: 'orders' })
class Orders {
  constructor(
    @InjectDeadline() private readonly deadline: InvocationDeadline,
    @InjectTracer() private readonly tracer: Tracer,
  ) {}

  async handle({ branches = 1, depth = 0 }: Event): Promise<string> {
    await this.reserve();
    await Promise.all(Array.from({ length: branches }, (_, index) => this.pay(index)));
    await this.deeper(depth);
    return 'paid';
  }

  @Traced()
  async reserve(): Promise<void> {}

  @Traced({ attributes: (index: number) => ({ index }) })
  async pay(index: number): Promise<void> {
    annotate({ 'order.id': 7, password: 'hunter2', note: `pin ${PIN}` });
    await this.charge(index);
  }

  @Traced()
  async charge(_index: number): Promise<void> {
    const { signal } = this.deadline;
    if (!signal.aborted) await once(signal, 'abort');
  }

  @Traced()
  async deeper(depth: number): Promise<void> {
    await Promise.resolve();
    if (depth > 0) return this.deeper(depth - 1);
    return this.charge(0);
  }

  @Traced()
  async *rows(): AsyncGenerator<number> {
    yield 1;
    yield* this.more();
  }

  @Traced()
  async *more(): AsyncGenerator<number> {
    await this.charge(0);
    yield 2;
  }

  async iterate(): Promise<number> {
    let sum = 0;
    for await (const row of this.rows()) sum += row;
    return sum;
  }

  async manual(): Promise<void> {
    using packing = startSpan('packing', { attributes: { boxes: 2 } });
    packing.addEvent('half way');
    await this.tracer.startActiveSpan('wrapping', async (span) => {
      await this.charge(0);
      span.end();
    });
  }
}

const run = (event: Event = {}, options: HandlerOptions = {}, context = contextOf(0.1)): Promise<unknown> =>
  invoke(createHandler(Orders, options).handler, event, context);

function byName(): Map<string, SpanRecord> {
  return new Map(traces.spans().map((span) => [span.name, span]));
}

const millisOf = ({ startNanos, endNanos }: SpanRecord): number => Number(endNanos - startNanos) / 1e6;

const isSnapshot = ({ attributes }: SpanRecord): boolean => attributes['fc_traced.snapshot'] === true;

test('each span on the path to the call that hangs has a snapshot below it, and the real spans follow', async () => {
  expect(await run()).toBe('paid');
  expect(traces.only().toString()).toBe(
    `
orders (still open)
orders
├─ Orders.reserve
├─ Orders.pay
│  ├─ Orders.pay (still open)
│  └─ Orders.charge
│     └─ Orders.charge (still open)
└─ Orders.deeper
   └─ Orders.charge
`.trim(),
  );
  const ids = traces.spans().map(({ spanId }) => spanId);
  expect(new Set(ids).size).toBe(ids.length);
});

test('a snapshot has the attributes of its span so far, without secrets, and its time', async () => {
  await run();
  const [pay, snapshot] = [byName().get('Orders.pay')!, byName().get('Orders.pay (still open)')!];
  const attributes = { index: 0, 'order.id': 7, password: '[redacted]', note: 'pin [redacted]' };
  const openFor = snapshot.attributes['fc_traced.open_for_ms'] as number;
  expect(pay.attributes).toEqual(attributes);
  expect(snapshot).toEqual({
    ...pay,
    name: 'Orders.pay (still open)',
    spanId: snapshot.spanId,
    parentSpanId: pay.spanId,
    kind: 'internal',
    endNanos: snapshot.endNanos,
    attributes: { 'fc_traced.snapshot': true, 'fc_traced.open_for_ms': openFor, ...attributes },
  });
  expect(Math.round(millisOf(snapshot))).toBe(openFor);
  expect(snapshot.endNanos).toBeLessThanOrEqual(pay.endNanos);
});

test('the snapshot of the invocation has the parent of the invocation, and says that the timeout is imminent', async () => {
  await run();
  const [invocation, snapshot] = [byName().get('orders')!, byName().get('orders (still open)')!];
  expect([snapshot.traceId, snapshot.parentSpanId]).toEqual([invocation.traceId, invocation.parentSpanId]);
  expect(snapshot).toMatchObject({ kind: 'internal', status: { code: 'UNSET' } });
  expect(snapshot.attributes).toMatchObject({
    'fc_traced.snapshot': true,
    'fc_traced.snapshot_reason': 'timeout',
    'fc_traced.timeout_imminent': true,
    'faas.trigger': 'other',
  });
});

test('without a caller, the snapshot of the invocation is a root of the same trace', async () => {
  await run({}, {}, contextOf(0.1, ''));
  const [invocation, snapshot] = [byName().get('orders')!, byName().get('orders (still open)')!];
  expect([snapshot.traceId, snapshot.parentSpanId]).toEqual([invocation.traceId, undefined]);
});

test('with a sample ratio, the snapshots of a recorded invocation are recorded', async () => {
  while (!byName().has('orders')) await run({}, { sampleRatio: 0.5 }, contextOf(0.05, ''));
  expect(byName().has('orders (still open)')).toBe(true);
});

test('parallel branches have a snapshot each, the newest 64 of them, and the others are counted', async () => {
  await run({ branches: 3 });
  expect(traces.spans().filter(({ name }) => name === 'Orders.charge (still open)')).toHaveLength(3);
  traces.clear();
  await run({ branches: 100 });
  const snapshots = traces.spans().filter(isSnapshot);
  expect(snapshots.filter(({ name }) => name === 'Orders.charge (still open)')).toHaveLength(64);
  expect(snapshots.filter(({ name }) => name === 'Orders.pay (still open)')).toHaveLength(64);
  expect(byName().get('orders (still open)')!.attributes['fc_traced.dropped_snapshots']).toBe(72);
});

test('of a deep recursion, the 256 innermost spans have a snapshot', async () => {
  await run({ branches: 0, depth: 1_000 });
  const snapshots = traces.spans().filter(isSnapshot);
  expect(snapshots).toHaveLength(257);
  expect(byName().has('Orders.charge (still open)')).toBe(true);
});

test('generators that are traced within each other are seen', async () => {
  expect(await run({}, { method: 'iterate' })).toBe(3);
  expect(
    traces
      .spans()
      .filter(isSnapshot)
      .map(({ name }) => name)
      .sort(),
  ).toEqual([
    'Orders.charge (still open)',
    'Orders.more (still open)',
    'Orders.rows (still open)',
    'orders (still open)',
  ]);
});

test('spans that the program starts itself are seen, with their attributes and events', async () => {
  await run({}, { method: 'manual' });
  expect(byName().get('wrapping (still open)')).toMatchObject({ parentSpanId: byName().get('wrapping')!.spanId });
  expect(byName().get('packing (still open)')).toMatchObject({
    attributes: { boxes: 2, 'fc_traced.snapshot': true },
    events: [{ name: 'half way' }],
  });
});

test('concurrent invocations have their own snapshots, in their own traces', async () => {
  await Promise.all([run({ branches: 2 }), run({}, {}, contextOf(0.2, '224ed43254b54966:224ed43254b54966:0:1'))]);
  const counts = traces.traces().map(({ spans }) => spans.filter(isSnapshot).length);
  expect(counts.sort((a, b) => a - b)).toEqual([3, 5]);
});

test('a call that ends in time has no snapshot, no timer and no listener that remains', async () => {
  class Quick {
    handle(): number {
      return process.listenerCount('SIGTERM');
    }
  }
  const before = process.listenerCount('SIGTERM');
  const clear = jest.spyOn(globalThis, 'clearTimeout');
  expect(await invoke(createHandler(Quick).handler, {}, contextOf(10))).toBe(before + 1);
  expect(process.listenerCount('SIGTERM')).toBe(before);
  expect(traces.spans().filter(isSnapshot)).toEqual([]);
  expect(clear).toHaveBeenCalled();
  clear.mockRestore();
});

test('an invocation that is not recorded has no timer and no listener', async () => {
  class Plain {
    handle(): number[] {
      return ['SIGTERM', 'exit', 'uncaughtExceptionMonitor'].map((name) => process.listenerCount(name));
    }
  }
  const spy = jest.spyOn(globalThis, 'setTimeout');
  const before = new Plain().handle();
  const unsampled = contextOf(10, '124ed43254b54966:124ed43254b54966:0:0');
  expect(await invoke(createHandler(Plain).handler, {}, unsampled)).toEqual(before);
  expect(spy).not.toHaveBeenCalled();
  spy.mockRestore();
});

test('with a margin of 0 there are no snapshots before the timeout', async () => {
  await run({}, { deadlineMarginMillis: 0 });
  expect(traces.spans().filter(isSnapshot)).toEqual([]);
});

test('if the timer fires after the deadline, the snapshots do not say that the timeout is imminent', async () => {
  class Blocks extends Orders {
    override async handle(): Promise<string> {
      const hanging = this.charge(0);
      const end = performance.now() + 120;
      while (performance.now() < end);
      await hanging;
      return 'late';
    }
  }
  await invoke(createHandler(Blocks, { name: 'orders' }).handler, {}, contextOf(0.1));
  const { attributes } = byName().get('orders (still open)')!;
  expect(attributes).toMatchObject({ 'fc_traced.snapshot_reason': 'timeout' });
  expect(attributes).not.toHaveProperty('fc_traced.timeout_imminent');
});

test('a method that answers in the last moment gets its answer, and its spans have ended before', async () => {
  class Late extends Orders {
    override async handle(): Promise<string> {
      await this.charge(0);
      await new Promise((resolve) => setTimeout(resolve, 100));
      annotate({ late: true });
      await this.reserve();
      return 'late';
    }
  }
  expect(await invoke(createHandler(Late, { name: 'orders' }).handler, {}, contextOf(0.1))).toBe('late');
  const invocation = byName().get('orders')!;
  expect(invocation.events).toMatchObject([{ name: 'fc_traced.abandoned' }]);
  expect(invocation.attributes).toMatchObject({ 'fc_traced.timeout_imminent': true });
  expect(invocation.attributes).not.toHaveProperty('late');
  expect(byName().get('Orders.reserve')!.parentSpanId).toBe(invocation.spanId);
});

test('an adjustment of the system clock changes neither the deadline nor the duration of a snapshot', async () => {
  const now = jest.spyOn(Date, 'now');
  const real = Date.now();
  now.mockReturnValue(real);
  const done = run();
  now.mockReturnValue(real - 3_600_000);
  await done;
  const snapshot = byName().get('Orders.charge (still open)')!;
  expect(millisOf(snapshot)).toBeGreaterThan(0);
  expect(millisOf(snapshot)).toBeLessThan(1_000);
  expect(snapshot.attributes['fc_traced.open_for_ms']).toBeLessThan(1_000);
  now.mockRestore();
});
