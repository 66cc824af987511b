import { CallLogs } from '../../src/run/call-logs';

const line = (requestId: string, text: string): string => `2026-11-02T08:15:30.123Z ${requestId} [info] ${text}`;

test('a line belongs to the call whose request id it has, whenever it arrives; others to the next one', () => {
  const logs = new CallLogs();
  logs.add('printed by a server');
  logs.add(line('1-b', 'of the second call'));
  logs.add(line('1-a', 'late'));
  expect(logs.take('1-a')).toEqual(['printed by a server', line('1-a', 'late')]);
  expect(logs.take('1-b')).toEqual([line('1-b', 'of the second call')]);
  expect(logs.take('1-a')).toEqual([]);
});

test('a function that logs without end needs a limited amount of memory', () => {
  const logs = new CallLogs();
  for (let count = 0; count < 20_000; count += 1) logs.add(line('1-a', String(count)));
  for (let count = 0; count < 5_000; count += 1) logs.add(line(`1-${count}`, 'x'));
  expect(logs.take('1-4999')).toHaveLength(1);
  expect(logs.take('1-0')).toEqual([]);
  const flooded = new CallLogs();
  for (let count = 0; count < 20_000; count += 1) flooded.add(line('1-a', String(count)));
  expect(flooded.take('1-a')).toHaveLength(10_001);
});
