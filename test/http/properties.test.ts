import fc from 'fast-check';
import { createHandler, Handler } from 'fc-traced';
import type { FcContext } from 'fc-traced';
import { fakeFcContext, invoke, recordTraces } from 'fc-traced/testing';
import { runs } from '../soak';

let value: unknown;
@Handler()
class Api {
  handle(): unknown {
    return value;
  }
}
const { handler } = createHandler(Api);
const silent = (): void => {};
const context: FcContext = {
  ...fakeFcContext(),
  logger: { log: silent, debug: silent, info: silent, warn: silent, error: silent },
};
const traces = recordTraces();
afterEach(() => traces.clear());
afterAll(() => traces.stop());

const ask = (event: object): Promise<unknown> => invoke(handler, event, context);
const event = fc.record({
  version: fc.constant('v1'),
  rawPath: fc.string(),
  headers: fc.dictionary(fc.string(), fc.anything()),
  queryParameters: fc.anything(),
  body: fc.anything(),
  isBase64Encoded: fc.anything(),
  requestContext: fc.record({
    http: fc.record({ method: fc.string({ minLength: 1 }), path: fc.anything(), protocol: fc.anything() }),
  }),
});

test('for any request, the response of the method is returned unchanged, and the span is recorded', async () => {
  value = { statusCode: 200, headers: {}, body: 'same' };
  await fc.assert(
    fc.asyncProperty(event, async (given) => {
      traces.clear();
      let text: string;
      try {
        text = JSON.stringify(given);
      } catch {
        return;
      }
      expect(await ask(JSON.parse(text) as object)).toBe(value);
      expect(traces.spans().map(({ status }) => status.code)).toEqual(['UNSET']);
    }),
    { numRuns: runs({ short: 300, long: 3_000 }) },
  );
});

test('for any value, FC gets a response: the value or a 500', async () => {
  const request = { version: 'v1', rawPath: '/', headers: {}, requestContext: { http: { method: 'GET' } } };
  await fc.assert(
    fc.asyncProperty(
      fc.anything({ withBigInt: true, withDate: true, withMap: true, withNullPrototype: true, withTypedArray: true }),
      async (given) => {
        value = given;
        const answer = (await ask(request)) as { statusCode: number };
        expect(Number.isInteger(answer.statusCode)).toBe(true);
      },
    ),
    { numRuns: runs({ short: 300, long: 3_000 }) },
  );
});
