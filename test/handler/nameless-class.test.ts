import { createHandler } from 'fc-traced';
import { fakeFcContext, invoke, recordTraces } from 'fc-traced/testing';

const traces = recordTraces();

test.each([
  [
    'no name, as bundlers leave it',
    [
      class {
        handle(): string {
          return 'done';
        }
      },
    ][0]!,
  ],
  [
    'a method of its own in the place of the name',
    class {
      static name(): string {
        return 'shop';
      }
      handle(): string {
        return 'done';
      }
    },
  ],
])(
  'where nothing names the function, and the class has %s, the span has a name that is a text',
  async (_what, Shop) => {
    traces.clear();
    const context = { ...fakeFcContext(), function: {} };
    expect(await invoke(createHandler(Shop).handler, {}, context as ReturnType<typeof fakeFcContext>)).toBe('done');
    expect(traces.spans().map(({ name }) => name)).toEqual(['invocation']);
  },
);
