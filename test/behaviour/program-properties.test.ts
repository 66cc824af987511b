import { recordTraces } from 'fc-traced/testing';
import { expectSameBehaviour } from './programs/same-behaviour';

// 50,000 programs in total, together with program-properties-provider.test.ts.
const PROGRAMS = 25_000;

const traces = recordTraces();
afterAll(() => traces.stop());

test(`a program behaves the same traced and untraced, and its trace is the tree of its calls: ${PROGRAMS} programs`, async () => {
  await expectSameBehaviour(PROGRAMS, () => {
    const spans = traces.spans();
    traces.clear();
    return spans;
  });
}, 120_000);
