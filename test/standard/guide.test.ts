import { Traced } from 'fc-traced';
import { recordTraces } from 'fc-traced/testing';

// The class stands in docs/traced.md.
class Counter {
  #count = 0;
  @Traced() #add(by: number): number {
    return (this.#count += by);
  }
  @Traced() later = async (by: number): Promise<number> => this.#add(by);
  @Traced() accessor step = 1;
}

test('private methods, fields that hold a function and accessors are traced', async () => {
  const traces = recordTraces();
  const counter = new Counter();
  expect(await counter.later(counter.step)).toBe(1);
  expect(
    traces
      .traces()
      .map(({ roots }) => roots.map(({ span, children }) => [span.name, ...children.map((child) => child.span.name)])),
  ).toEqual([[['Counter.step']], [['Counter.later', 'Counter.#add']]]);
  traces.stop();
});
