import { trace } from '@opentelemetry/api';
import { BasicTracerProvider } from '@opentelemetry/sdk-trace-base';
import type { SpanRecord } from 'fc-traced/testing';
import { sdkSpanRecord } from '../../src/testing/sdk-span-record';
import { runs } from '../soak';
import { expectSameBehaviour } from './programs/same-behaviour';

// program-properties.test.ts runs as many.
const PROGRAMS = runs({ short: 2_000, long: 25_000 });

const nothing = async (): Promise<void> => {};
let spans: SpanRecord[] = [];
beforeAll(() => {
  const onEnd = (span: Parameters<typeof sdkSpanRecord>[0]): void => void spans.push(sdkSpanRecord(span));
  trace.setGlobalTracerProvider(
    new BasicTracerProvider({ spanProcessors: [{ onStart() {}, onEnd, forceFlush: nothing, shutdown: nothing }] }),
  );
});
afterAll(() => trace.disable());

test(`under a provider of the application, too, a traced program does what it does untraced: ${PROGRAMS} programs`, async () => {
  await expectSameBehaviour(PROGRAMS, () => {
    const taken = spans;
    spans = [];
    return taken;
  });
}, 120_000);
