import { Traced } from 'fc-traced';
import { recordTraces } from 'fc-traced/testing';

const traces = recordTraces();
afterEach(() => traces.clear());
afterAll(() => traces.stop());

const seen: unknown[] = [];
const note = (value: unknown): { 'result.value': unknown } => {
  seen.push(value);
  return { 'result.value': value };
};
beforeEach(() => seen.splice(0));

class Stock {
  readonly unit = 'pieces';
  @Traced({ resultAttributes: note })
  sync(): number {
    return 1;
  }
  @Traced({ resultAttributes: note })
  nothing(): void {}
  @Traced({ resultAttributes: note })
  async async(): Promise<number> {
    return 2;
  }
  @Traced({ resultAttributes: note })
  promise(): Promise<number> {
    return Promise.resolve(3);
  }
  @Traced({ resultAttributes: note })
  *generator(): Generator<string, number> {
    yield 'item';
    return 4;
  }
  @Traced({ resultAttributes: note })
  async *asyncGenerator(): AsyncGenerator<string, number> {
    yield 'item';
    return 5;
  }
  @Traced({ resultAttributes: note })
  sets(): Map<string, number> {
    return new Map([['a', 6]]);
  }
  @Traced({
    resultAttributes(this: Stock, rows) {
      return { rows: rows.length, unit: this.unit };
    },
  })
  load(this: Stock): string[] {
    return ['a', 'b'];
  }
}
const stock = new Stock();
const recorded = (): unknown[] => traces.spans().map(({ attributes }) => attributes['result.value']);

test('resultAttributes is called with the return value, also if it is undefined', () => {
  stock.sync();
  stock.nothing();
  expect(seen).toEqual([1, undefined]);
  expect(recorded()).toEqual([1, undefined]);
});

test('resultAttributes is called with the awaited value, not with the promise', async () => {
  expect(await stock.async()).toBe(2);
  expect(await stock.promise()).toBe(3);
  expect(seen).toEqual([2, 3]);
  expect(recorded()).toEqual([2, 3]);
});

test('resultAttributes is called with the return value of a generator, not with its items', async () => {
  expect([...stock.generator()]).toEqual(['item']);
  for await (const item of stock.asyncGenerator()) expect(item).toBe('item');
  expect(seen).toEqual([4, 5]);
  expect(recorded()).toEqual([4, 5]);
});

test('resultAttributes is not called for a generator whose consumer stops early', () => {
  for (const item of stock.generator()) if (item === 'item') break;
  expect(seen).toEqual([]);
  expect(traces.spans()[0]!.events.map(({ name }) => name)).toEqual(['fc_traced.cancelled']);
});

test('resultAttributes is called with the object that the method returned', () => {
  const map = stock.sets();
  expect(seen[0]).toBe(map);
});

test("resultAttributes is called with the method's this", () => {
  stock.load();
  expect(traces.spans()[0]!.attributes).toEqual({ rows: 2, unit: 'pieces' });
});

test('resultAttributes is not called for a call that fails', async () => {
  class Fails {
    @Traced({ resultAttributes: note })
    sync(): never {
      throw new Error('no');
    }
    @Traced({ resultAttributes: note })
    async async(): Promise<never> {
      throw new Error('no');
    }
  }
  expect(() => new Fails().sync()).toThrow('no');
  await expect(new Fails().async()).rejects.toThrow('no');
  expect(seen).toEqual([]);
});

test.each<[string, () => unknown, string]>([
  [
    'throws',
    () => {
      throw new Error('mine');
    },
    'resultAttributes() threw',
  ],
  ['returns a string', () => 'text', 'resultAttributes() returned no object'],
  ['returns a promise that rejects', () => Promise.reject(new Error('late')), 'resultAttributes() returned no object'],
])('a resultAttributes function that %s causes an event and does not affect the call', async (_, result, problem) => {
  class Faulty {
    @Traced({ resultAttributes: result as () => Record<string, unknown> })
    sync(): number {
      return 1;
    }
    @Traced({ resultAttributes: result as () => Record<string, unknown> })
    async async(): Promise<number> {
      return 2;
    }
  }
  expect(new Faulty().sync()).toBe(1);
  expect(await new Faulty().async()).toBe(2);
  for (const { events, status } of traces.spans()) {
    expect(events.map(({ name, attributes }) => ({ name, attributes }))).toEqual([
      { name: 'fc_traced.problem', attributes: { 'fc_traced.problem': problem } },
    ]);
    expect(status.code).toBe('UNSET');
  }
  expect(traces.spans()).toHaveLength(2);
  await new Promise((resolve) => setTimeout(resolve, 5));
});
