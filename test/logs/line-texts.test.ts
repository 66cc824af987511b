import { trace } from '@opentelemetry/api';
import fc from 'fast-check';
import { recordTraces } from 'fc-traced/testing';
import { format } from 'node:util';
import { correlateMethods } from '../../src/logs/log-lines';
import { callIn, ensureContextManager } from '../../src/tracing/context/active-context';
import type { Invocation } from '../../src/tracing/context/invocation';
import { contextOfInvocation } from '../../src/tracing/context/linked-context';

const span = trace.wrapSpanContext({ traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), traceFlags: 1 });
const invocation = { context: { requestId: 'r-1' } } as Invocation;
const ids = `trace_id=${'a'.repeat(32)} span_id=${'b'.repeat(16)} trace_flags=01 request_id=r-1`;
const fields = { trace_id: 'a'.repeat(32), span_id: 'b'.repeat(16), trace_flags: '01', request_id: 'r-1' };

const traces = recordTraces();
afterAll(() => traces.stop());

/** The arguments that a log method receives when it is called in an invocation. */
function received(...values: unknown[]): unknown[] {
  let given: unknown[] = [];
  const logger = { info: (...all: unknown[]): void => void (given = all) };
  correlateMethods(logger, ['info']);
  ensureContextManager();
  callIn(contextOfInvocation(invocation, span), () => logger.info(...values), undefined, []);
  return given;
}
const line = (...values: unknown[]): string => format(...received(...values));

test.each<[unknown[]]>([
  [['100%s']],
  [['100%']],
  [['100%%']],
  [['%% %s']],
  [['%d %s', 1]],
  [['%s', 'a', 'b']],
  [['%s %s %%', 'a']],
  [['%%%s %j', 'a']],
  [['%c', 'color: red']],
  [['%c %i %f %o %O', 'x']],
  [['%x %', 1]],
  [['a', '%s']],
  [[{ a: 1 }, '%s']],
  [['']],
  [['%s', Symbol('s')]],
  [['%j', { a: 1 }]],
  [[7, '%d', 8]],
])('%j is formatted as before, followed by the ids', (values) => {
  expect(line(...values)).toBe(`${format(...values)} ${ids}`);
});

test('a call without arguments logs only the ids', () => {
  expect(received()).toEqual([ids]);
});

test('an error is passed as the same object, and its whole stack is printed', () => {
  const error = new Error('mine');
  expect(received(error)[0]).toBe(error);
  expect(line('failed:', error)).toBe(`failed: ${format(error)} ${ids}`);
});

const values = fc.array(
  fc.oneof(
    fc.string(),
    fc.stringMatching(/^(%[sdifjoOc% ]|[a ]){0,6}$/),
    fc.anything({ withBigInt: true, withDate: true, withMap: true }),
    fc.constant(Symbol.iterator),
  ),
  { maxLength: 5 },
);

const isObjectText = (value: unknown): boolean => typeof value === 'string' && /^\s*\{[^]*\}\s*$/.test(value);

/** The result of util.format, or its error: `%j` does not accept a bigint. */
function outcome(work: () => string): string {
  try {
    return work();
  } catch (error) {
    return String(error);
  }
}

test('any arguments are formatted, or fail, as before, followed by the ids', () => {
  fc.assert(
    fc.property(values, (all) => {
      fc.pre(all.length > 0 && !(all.length === 1 && isObjectText(all[0])));
      expect(outcome(() => line(...all))).toBe(outcome(() => `${format(...all)} ${ids}`));
    }),
    { numRuns: 2_000 },
  );
});

test('the log method receives the same values; only a format with percent signs may be changed', () => {
  fc.assert(
    fc.property(values, (all) => {
      const given = received(...all);
      fc.pre(!(all.length === 1 && isObjectText(all[0])));
      const isFormat = typeof all[0] === 'string' && all[0].includes('%');
      all.forEach((value, index) => expect((isFormat && index === 0) || Object.is(given[index], value)).toBe(true));
      expect(given.length).toBe(all.length + (isFormat && all.length === 1 ? 0 : 1));
    }),
    { numRuns: 2_000 },
  );
});

describe('a line that is a JSON object', () => {
  test.each([
    ['{"a":1}', `{"a":1,${JSON.stringify(fields).slice(1)}`],
    ['{}', JSON.stringify(fields)],
    [' { } \n', ` { ${JSON.stringify(fields).slice(1, -1)}} \n`],
    ['{\n  "a": {}\n}', `{\n  "a": {}\n,${JSON.stringify(fields).slice(1)}`],
    [
      '{"big":12345678901234567890,"one":1.0,"100%s":"%d"}',
      `{"big":12345678901234567890,"one":1.0,"100%s":"%d",${JSON.stringify(fields).slice(1)}`,
    ],
  ])('%j stays a JSON object with all its characters', (text, expected) => {
    expect(received(text)).toEqual([expected]);
    expect(JSON.parse(expected)).toMatchObject({ ...(JSON.parse(text) as object), ...fields });
  });

  test('any object keeps its members and gets the missing ones', () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.oneof(fc.string(), fc.constantFrom(...Object.keys(fields))), fc.jsonValue()),
        fc.constantFrom(undefined, 2),
        (object, indent) => {
          const [text, ...more] = received(JSON.stringify(object, undefined, indent));
          expect(more).toEqual([]);
          const isOtherTrace = Object.hasOwn(object, 'trace_id') && object.trace_id !== fields.trace_id;
          // Through JSON, which has no -0.
          expect(JSON.parse(text as string)).toEqual({
            ...(isOtherTrace ? { request_id: 'r-1' } : fields),
            ...(JSON.parse(JSON.stringify(object)) as object),
          });
        },
      ),
      { numRuns: 500 },
    );
  });

  test('with another trace id gets no span id', () => {
    expect(received('{"trace_id":"mine"}')).toEqual(['{"trace_id":"mine","request_id":"r-1"}']);
    expect(received(`{"trace_id":"${fields.trace_id}"}`)).toEqual([
      `{"trace_id":"${fields.trace_id}","span_id":"${fields.span_id}","trace_flags":"01","request_id":"r-1"}`,
    ]);
  });

  test.each(['{a: 1}', '{"a":1}}', '{"a":1', '[{"a":1}]', '{"a":1} and more', 'x {"a":1}', '{'])(
    '%j is not a JSON object, and is followed by the ids',
    (text) => {
      expect(line(text)).toBe(`${text} ${ids}`);
    },
  );

  test('followed by further arguments is an ordinary string', () => {
    expect(line('{"a":1}', 'more')).toBe(`{"a":1} more ${ids}`);
  });
});

test('a line that already contains the ids is unchanged', () => {
  for (const given of [[`done ${ids}`], ['done', ids], [JSON.stringify(fields)]]) {
    expect(received(...given)).toEqual(given);
  }
});

test('a string of the maximum length is logged without ids', () => {
  const longest = '%'.padEnd(2 ** 29 - 24, '-');
  expect(received(longest)[0]).toBe(longest);
});
