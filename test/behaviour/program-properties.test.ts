import { recordTraces } from 'fc-traced/testing';
import { runs } from '../soak';
import { expectSameBehaviour } from './programs/same-behaviour';

// program-properties-provider.test.ts runs the same number.
const PROGRAMS = runs({ short: 800, long: 25_000 });

const traces = recordTraces();
afterAll(() => traces.stop());

test(`a program behaves the same traced and untraced, and its trace is the tree of its calls: ${PROGRAMS} programs`, async () => {
  await expectSameBehaviour(PROGRAMS, () => {
    const spans = traces.spans();
    traces.clear();
    return spans;
  });
}, 300_000);
