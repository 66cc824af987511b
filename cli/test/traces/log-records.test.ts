import { LogRecords, parseLogLine } from '../../src/traces/log-records';
import type { ViewerLog } from '../../src/viewer/model/span';
import { span } from '../viewer/spans';

const IDS = 'trace_id=4bf92f3577b34da6a3ce929d0e0e4736 span_id=b7ad6b7169203331 trace_flags=01 request_id=1-67';

test.each([
  [`2026-11-21T12:38:42.117Z 1-67 [info] order taken ${IDS}`, 'INFO', 'order taken', true],
  ['2026-11-21T12:38:42.117Z 1-67 [error] no teapot', 'ERROR', 'no teapot', false],
  ['2026-11-21 12:38:42.117 1-67 [verbose] two\rlines', 'VERBOSE', 'two\nlines', false],
])('%j is a line of FC', (line, severity, body, hasTrace) => {
  const { log, traceId, requestId } = parseLogLine(line, 'orders', 0);
  expect(log).toMatchObject({ severity, body, timeNanos: 1_795_264_722_117_000_000n });
  expect(requestId).toBe('1-67');
  expect(traceId).toBe(hasTrace ? '4bf92f3577b34da6a3ce929d0e0e4736' : undefined);
});

test('JSON lines keep their text, and have the ids', () => {
  const line = '{"event":"x","trace_id":"4bf92f3577b34da6a3ce929d0e0e4736","span_id":"b7ad6b7169203331"}';
  expect(parseLogLine(line, 'orders', 5)).toMatchObject({
    log: { body: line, severity: '', timeNanos: 5_000_000n, spanId: 'b7ad6b7169203331' },
    traceId: '4bf92f3577b34da6a3ce929d0e0e4736',
  });
});

test("a line without a trace id belongs to FC's span of its request, which arrives later", () => {
  const logs: ViewerLog[] = [];
  const records = new LogRecords((log) => logs.push(log));
  records.addLine('2026-11-21T12:38:42.117Z 1-67 [info] early', 'orders');
  records.addLine('not a line of FC', 'orders');
  expect(logs).toEqual([]);
  const platform = span({ attributes: { 'fc.request_id': '1-67' } });
  records.addPlatformSpans([platform]);
  records.addLine('2026-11-21T12:38:42.118Z 1-67 [info] late', 'orders');
  expect(logs.map(({ traceId, spanId, body }) => ({ traceId, spanId, body }))).toEqual(
    ['early', 'late'].map((body) => ({ traceId: platform.traceId, spanId: platform.spanId, body })),
  );
});
