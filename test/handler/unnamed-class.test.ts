import { createHandler } from 'fc-traced';
import { fakeFcContext, invoke, recordTraces } from 'fc-traced/testing';

const traces = recordTraces();

test.each([
  [
    'no name, as after bundling',
    [
      class {
        handle(): string {
          return 'done';
        }
      },
    ][0]!,
  ],
  [
    'a static method called name',
    class {
      static name(): string {
        return 'shop';
      }
      handle(): string {
        return 'done';
      }
    },
  ],
])('without a function name, and with a class that has %s, the span is named invocation', async (_what, Shop) => {
  traces.clear();
  const context = { ...fakeFcContext(), function: {} };
  expect(await invoke(createHandler(Shop).handler, {}, context as ReturnType<typeof fakeFcContext>)).toBe('done');
  expect(traces.spans().map(({ name }) => name)).toEqual(['invocation']);
});
