import { fakeEvent } from 'fc-traced/testing';
import type { TriggerName } from 'fc-traced';

test('nested parts are merged into the sample, the rest of which stays', () => {
  const event = fakeEvent('oss', { events: [{ oss: { object: { key: 'in/cup.png' } } }] });
  expect(event.events[0]).toMatchObject({
    eventSource: 'acs:oss',
    oss: { bucket: { name: 'labels' }, object: { key: 'in/cup.png', size: 2_048 } },
  });
});

test('a batch has one record for each override', () => {
  const event = fakeEvent('kafka', [{ data: { value: 'a' } }, { data: { value: 'b', offset: 42 } }]);
  expect(event.map(({ data }) => [data.topic, data.value, data.offset])).toEqual([
    ['orders', 'a', 41],
    ['orders', 'b', 42],
  ]);
  expect(fakeEvent('kafka', [])).toEqual([]);
});

test('lists of plain values are replaced', () => {
  const event = fakeEvent('kafka', [{ data: { headers: { headers: ['traceparent=x'] } } }]);
  expect(event[0]!.data.headers).toEqual({ headers: ['traceparent=x'], isReadOnly: false });
});

test('each call makes a new event', () => {
  expect(fakeEvent('timer')).not.toBe(fakeEvent('timer'));
  expect(fakeEvent('oss').events[0]!.oss).not.toBe(fakeEvent('oss').events[0]!.oss);
});

test('an event of Tablestore is the CBOR of a map of two entries', () => {
  const bytes = fakeEvent('tablestore', { Records: [{ Type: 'DeleteRow' }] });
  expect(bytes.subarray(0, 9)).toEqual(Buffer.from('\xa2\x67Version', 'latin1'));
  expect(bytes.includes('DeleteRow')).toBe(true);
});

test('an unknown trigger is an error', () => {
  expect(() => fakeEvent('s3' as TriggerName)).toThrow(
    'fakeEvent has no trigger "s3". The triggers are http, api-gateway, timer, oss, cdn, sls, tablestore, mns-topic, mns-queue, rocketmq, kafka, rabbitmq, mqtt, dts, async-destination, eventbridge. [INVALID_OPTION]',
  );
});
