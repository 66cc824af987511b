import { recordTraces } from 'fc-traced/testing';
import type { TraceRecorder } from 'fc-traced/testing';
import { baggageRequirements } from './baggage-requirements';
import { entryPoints } from './entry-points';
import { check } from './requirement';
import type { Requirement } from './requirement';
import { traceparentRequirements } from './traceparent-requirements';
import { tracestateRequirements } from './tracestate-requirements';

/**
 * What the specifications require of outgoing headers. Requirements on programs that change `tracestate`, and on ids,
 * are in `tracestate-changes.test.ts` and `random-flag.test.ts`.
 */
const specifications: Readonly<Record<string, readonly Requirement[]>> = {
  'Trace Context Level 2, traceparent': traceparentRequirements,
  'Trace Context Level 2, tracestate': tracestateRequirements,
  'W3C Baggage': baggageRequirements,
};

describe.each([true, false])('recorded: %j', (isRecorded) => {
  let traces: TraceRecorder | undefined;
  beforeAll(() => {
    traces = isRecorded ? recordTraces() : undefined;
  });
  afterEach(() => traces?.clear());
  afterAll(() => traces?.stop());

  describe.each(entryPoints)('$name', (entryPoint) => {
    beforeAll(() => entryPoint.open?.());
    afterAll(() => entryPoint.close?.());

    test('the sampled flag of a new trace says whether it is recorded', async () => {
      const [sent] = await entryPoint.send([], 1);
      expect(sent!.traceparent!.slice(-2)).toBe(isRecorded ? '03' : '02');
      if (isRecorded) {
        expect(traces!.spans().find(({ kind }) => kind === 'client')!.spanId).toBe(sent!.traceparent!.slice(36, 52));
      }
    });

    describe.each(Object.entries(specifications))('%s', (_, requirements) => {
      test.each(requirements)('$section: $title', async (requirement) => {
        check(requirement, await entryPoint.send(requirement.headers, requirement.requests ?? 1));
      });
    });
  });
});

test('the title of every requirement is unique', () => {
  const titles = Object.values(specifications)
    .flat()
    .map(({ section, title }) => `${section}: ${title}`);
  expect(titles.filter((title, index) => titles.indexOf(title) !== index)).toEqual([]);
});
