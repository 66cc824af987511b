import { trace } from '@opentelemetry/api';
import { BasicTracerProvider } from '@opentelemetry/sdk-trace-base';
import type { SpanRecord } from 'fc-traced/testing';
import { sdkSpanRecord } from '../../src/testing/sdk-span-record';
import { runs } from '../soak';
import { expectSameBehaviour } from './programs/same-behaviour';

// program-properties.test.ts runs the same number.
const PROGRAMS = runs({ short: 800, long: 25_000 });

const noop = async (): Promise<void> => {};
let spans: SpanRecord[] = [];
beforeAll(() => {
  const onEnd = (span: Parameters<typeof sdkSpanRecord>[0]): void => void spans.push(sdkSpanRecord(span));
  trace.setGlobalTracerProvider(
    new BasicTracerProvider({ spanProcessors: [{ onStart() {}, onEnd, forceFlush: noop, shutdown: noop }] }),
  );
});
afterAll(() => trace.disable());

test(`with a tracer provider of the application, a program behaves the same traced and untraced: ${PROGRAMS} programs`, async () => {
  await expectSameBehaviour(PROGRAMS, () => {
    const taken = spans;
    spans = [];
    return taken;
  });
}, 300_000);
