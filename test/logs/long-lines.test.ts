import { trace } from '@opentelemetry/api';
import { correlateMethods } from '../../src/logs/log-lines';
import { callIn, ensureContextManager } from '../../src/tracing/context/active-context';
import type { Invocation } from '../../src/tracing/context/invocation';
import { contextOfInvocation } from '../../src/tracing/context/linked-context';

const span = trace.wrapSpanContext({ traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), traceFlags: 1 });
const invocation = { context: { requestId: 'r-1' } } as Invocation;
const fields = { trace_id: 'a'.repeat(32), span_id: 'b'.repeat(16), trace_flags: '01', request_id: 'r-1' };

function received(text: string): string {
  let given = '';
  const logger = { info: (...values: string[]): void => void (given = values.join(' ')) };
  correlateMethods(logger, ['info']);
  ensureContextManager();
  callIn(contextOfInvocation(invocation, span), () => logger.info(text), undefined, []);
  return given;
}

const LONG = 'x'.repeat(1_000_000);

test('a JSON line of 1 MB stays JSON, gets the ids, and is not parsed', () => {
  const parse = jest.spyOn(JSON, 'parse');
  const given = received(`${JSON.stringify({ message: LONG, n: { a: [1] } })}\n`);
  expect(parse).not.toHaveBeenCalled();
  parse.mockRestore();
  expect(JSON.parse(given)).toEqual({ message: LONG, n: { a: [1] }, ...fields });
});

test.each([
  ['has ids', JSON.stringify({ message: LONG, trace_id: 'own' })],
  ['has ids in a nested object', JSON.stringify({ message: LONG, inner: { trace_id: 'own' } })],
  ['is empty but for whitespace', `{${' '.repeat(1_000_000)}}`],
])('a long JSON line that %s is unchanged', (_, text) => {
  expect(received(text)).toBe(text);
});

test('a long line that is not JSON gets the ids as text', () => {
  expect(received(LONG)).toBe(
    `${LONG} trace_id=${fields.trace_id} span_id=${fields.span_id} trace_flags=01 request_id=r-1`,
  );
});
