import { recordTraces } from 'fc-traced/testing';
import type { TraceRecorder } from 'fc-traced/testing';
import { doors } from './doors';
import { check } from './must';
import { specifications } from './musts';

describe.each([true, false])('recorded: %j', (isRecorded) => {
  let traces: TraceRecorder | undefined;
  beforeAll(() => {
    traces = isRecorded ? recordTraces() : undefined;
  });
  afterEach(() => traces?.clear());
  afterAll(() => traces?.stop());

  describe.each(doors)('$name', (door) => {
    beforeAll(() => door.open?.());
    afterAll(() => door.close?.());

    test('a trace that begins here is recorded, or not, as its headers say', async () => {
      const [sent] = await door.send([], 1);
      expect(sent!.traceparent!.slice(-2)).toBe(isRecorded ? '03' : '02');
      if (isRecorded) {
        expect(traces!.spans().find(({ kind }) => kind === 'client')!.spanId).toBe(sent!.traceparent!.slice(36, 52));
      }
    });

    describe.each(Object.entries(specifications))('%s', (_, musts) => {
      test.each(musts)('$section: $must', async (must) => {
        check(must, await door.send(must.headers, must.requests ?? 1));
      });
    });
  });
});

test('no demand is named twice', () => {
  const names = Object.values(specifications)
    .flat()
    .map(({ section, must }) => `${section}: ${must}`);
  expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
});
