import { Traced } from 'fc-traced';
import { recordTraces } from 'fc-traced/testing';

// docs/traced.md includes this class.
class Counter {
  #count = 0;
  @Traced() #add(by: number): number {
    return (this.#count += by);
  }
  @Traced() later = async (by: number): Promise<number> => this.#add(by);
  @Traced() accessor step = 1;
}

test('private methods, fields that are functions, and accessors are traced', async () => {
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
