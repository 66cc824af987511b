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

test('a plain result is seen as it is, also when it is undefined', () => {
  stock.sync();
  stock.nothing();
  expect(seen).toEqual([1, undefined]);
  expect(recorded()).toEqual([1, undefined]);
});

test('an awaited result is seen, not its promise', async () => {
  expect(await stock.async()).toBe(2);
  expect(await stock.promise()).toBe(3);
  expect(seen).toEqual([2, 3]);
  expect(recorded()).toEqual([2, 3]);
});

test("a generator's return value is seen, not its items", async () => {
  expect([...stock.generator()]).toEqual(['item']);
  for await (const item of stock.asyncGenerator()) expect(item).toBe('item');
  expect(seen).toEqual([4, 5]);
  expect(recorded()).toEqual([4, 5]);
});

test('a generator that is left early has no result', () => {
  for (const item of stock.generator()) if (item === 'item') break;
  expect(seen).toEqual([]);
  expect(traces.spans()[0]!.events.map(({ name }) => name)).toEqual(['fc_traced.cancelled']);
});

test('an object is seen as the very object', () => {
  const map = stock.sets();
  expect(seen[0]).toBe(map);
});

test("the result function has the method's this", () => {
  stock.load();
  expect(traces.spans()[0]!.attributes).toEqual({ rows: 2, unit: 'pieces' });
});

test('a call that fails has no result', async () => {
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
  ['gives a text', () => 'text', 'resultAttributes() returned no object'],
  ['gives a promise that fails', () => Promise.reject(new Error('late')), 'resultAttributes() returned no object'],
])('a result function that %s is told of and changes no result', async (_, result, problem) => {
  class Careful {
    @Traced({ resultAttributes: result as () => Record<string, unknown> })
    sync(): number {
      return 1;
    }
    @Traced({ resultAttributes: result as () => Record<string, unknown> })
    async async(): Promise<number> {
      return 2;
    }
  }
  expect(new Careful().sync()).toBe(1);
  expect(await new Careful().async()).toBe(2);
  for (const { events, status } of traces.spans()) {
    expect(events.map(({ name, attributes }) => ({ name, attributes }))).toEqual([
      { name: 'fc_traced.problem', attributes: { 'fc_traced.problem': problem } },
    ]);
    expect(status.code).toBe('UNSET');
  }
  expect(traces.spans()).toHaveLength(2);
  await new Promise((resolve) => setTimeout(resolve, 5));
});
