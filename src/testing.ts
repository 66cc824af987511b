export { expectTrace } from './testing/expect-trace';
export type { ExpectedSpan, TraceExpectation } from './testing/expect-trace';
export { fakeEvent } from './testing/fake-event';
export type { EventOverrides, FakeEvent } from './testing/fake-event';
export { fakeFcContext } from './testing/fake-fc-context';
export type { FakeContextOptions, FakeFcContext, FakeLogLine } from './testing/fake-fc-context';
export { invoke } from './testing/invoke';
export type { InvokeOptions } from './testing/invoke';
export { recordTraces } from './testing/record-traces';
export type { TraceRecorder } from './testing/record-traces';
export { buildTraces, renderTrace } from './testing/trace-tree';
export { deliveryStats } from './tracing/telemetry/delivery-stats';
export type { DeliveryStats, DropReason } from './tracing/telemetry/delivery-stats';
export type { SpanKindName } from './tracing/calls/span-spec';
export type {
  EventRecord,
  LinkRecord,
  RenderOptions,
  SpanNode,
  SpanRecord,
  StatusName,
  Trace,
} from './testing/trace-tree';
