import { SpanKind } from '@opentelemetry/api';
import { createHandler, Handler, Traced } from 'fc-traced';
import { expectTrace, invoke, recordTraces } from 'fc-traced/testing';

const traces = recordTraces();
afterEach(() => traces.clear());
afterAll(() => traces.stop());

test.each(['internal', 'server', 'client', 'producer', 'consumer'] as const)(
  'the kind %s can be set by name and by the value of OpenTelemetry',
  (kind) => {
    class Kinds {
      @Traced({ kind }) byName(): void {}
      @Traced({ kind: SpanKind[kind.toUpperCase() as 'CLIENT'] }) byValue(): void {}
    }
    new Kinds().byName();
    new Kinds().byValue();
    expect(traces.spans().map((span) => span.kind)).toEqual([kind, kind]);
  },
);

test('fixed attributes are set on every span', () => {
  class Fixed {
    @Traced({ attributes: { 'db.system': 'redis', tags: ['a', 'b'], ok: true, n: 7 } }) run(): void {}
  }
  new Fixed().run();
  new Fixed().run();
  for (const trace of traces.traces()) {
    expectTrace(trace).toMatchTree({
      name: 'Fixed.run',
      attributes: { 'db.system': 'redis', tags: ['a', 'b'], ok: true, n: 7 },
    });
  }
});

test('an attributes function is called once per call, before the method, with its this and all its arguments', () => {
  const log: unknown[] = [];
  class Made {
    readonly region = 'hz';
    @Traced({
      attributes(this: Made, ...args: unknown[]) {
        log.push(args);
        return { region: this.region, count: args.length };
      },
    })
    run(this: Made, ...args: number[]): void {
      log.push(args.length);
    }
  }
  new Made().run(1, 2, 3);
  expect(log).toEqual([[1, 2, 3], 3]);
  expectTrace(traces.only()).toMatchTree({ name: 'Made.run', attributes: { region: 'hz', count: 3 } });
});

const trap = (): never => {
  throw new Error('mine');
};
test.each<[string, () => unknown, string[]]>([
  ['undefined', () => undefined, []],
  ['null', () => null, []],
  ['an error', trap, ['attributes() threw']],
  ['a string', () => 'text', ['attributes() returned no object']],
  ['an array', () => ['a'], ['attributes() returned no object']],
  ['a promise', async () => ({ a: 1 }), ['attributes() returned no object']],
  ['a promise that rejects', async () => trap(), ['attributes() returned no object']],
])('an attributes function that results in %s does not affect the call', async (_, attributes, problems) => {
  class Faulty {
    @Traced({ attributes: attributes as () => undefined })
    run(): number {
      return 7;
    }
  }
  expect(new Faulty().run()).toBe(7);
  await new Promise((resolve) => setImmediate(resolve));
  expectTrace(traces.only()).toMatchTree({ name: 'Faulty.run', status: 'UNSET' });
  expect(traces.spans()[0]!.events.map((event) => event.attributes['fc_traced.problem'])).toEqual(problems);
});

test('values that cannot be attributes affect neither the call nor the other attributes', () => {
  const circle: Record<string, unknown> = {};
  circle.self = circle;
  const values = {
    good: 1,
    fn: trap,
    symbol: Symbol('s'),
    circle,
    mixed: [1, 'a', null],
    proxy: new Proxy({}, { get: trap, ownKeys: trap }),
  };
  class Faulty {
    @Traced({ attributes: () => values })
    run(): number {
      return 7;
    }
  }
  expect(new Faulty().run()).toBe(7);
  expectTrace(traces.only()).toMatchTree({ name: 'Faulty.run', attributes: { good: 1, fn: undefined } });
});

test('getters that throw affect neither the definition nor the call', () => {
  class Faulty {
    @Traced({
      attributes: () => ({
        get bad(): string {
          return trap();
        },
        good: 1,
      }),
    })
    run(): number {
      return 7;
    }
  }
  expect(new Faulty().run()).toBe(7);
  expect(traces.spans()).toHaveLength(1);
});

test('an attributes function cannot change the arguments of the method', () => {
  class Keeps {
    @Traced({
      attributes: (...args: unknown[]) => {
        args.length = 0;
        return {};
      },
    })
    run(...args: number[]): number {
      return args.length;
    }
  }
  expect(new Keeps().run(1, 2)).toBe(2);
});

test('root starts a new trace, linked to the span of the caller, with its children', async () => {
  class Job {
    @Traced({ root: true, kind: 'consumer' })
    async run(): Promise<void> {
      this.step();
    }
    @Traced()
    step(): void {}
  }
  @Handler({ name: 'caller' })
  class Calls {
    handle(): Promise<void> {
      return new Job().run();
    }
  }
  await invoke(createHandler(Calls).handler);
  const [job, caller] = traces.traces();
  expectTrace(job!).toMatchTree({
    name: 'Job.run',
    kind: 'consumer',
    links: 1,
    children: [{ name: 'Job.step', links: 0 }],
  });
  expectTrace(caller!).toMatchTree({ name: 'caller', children: [] });
  const root = caller!.roots[0]!.span;
  expect(job!.roots[0]!.span.links).toEqual([{ traceId: root.traceId, spanId: root.spanId, attributes: {} }]);
});

test('root outside of any span starts a trace without links', () => {
  class Job {
    @Traced({ root: true }) run(): void {}
  }
  new Job().run();
  expectTrace(traces.only()).toMatchTree({ name: 'Job.run', links: 0 });
});
