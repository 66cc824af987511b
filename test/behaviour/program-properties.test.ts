import { recordTraces } from 'fc-traced/testing';
import { expectSameBehaviour } from './programs/same-behaviour';

// With program-properties-provider.test.ts 50,000 programs in all.
const PROGRAMS = 25_000;

const traces = recordTraces();
afterAll(() => traces.stop());

test(`a traced program does what it does untraced, and its trace is the tree of its calls: ${PROGRAMS} programs`, async () => {
  await expectSameBehaviour(PROGRAMS, () => {
    const spans = traces.spans();
    traces.clear();
    return spans;
  });
}, 120_000);
