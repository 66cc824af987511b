import type { IdGenerator } from '@opentelemetry/sdk-trace-base';
import { newSpanId, newTraceId } from '../tracing/telemetry/ids';

/** Ids for the SDK. The trace id of an invocation is known before its span is: sampling was decided by it. */
export class PooledIds implements IdGenerator {
  /** The id that the next trace gets. */
  nextTraceId: string | undefined;

  generateTraceId(): string {
    const id = this.nextTraceId ?? newTraceId();
    this.nextTraceId = undefined;
    return id;
  }

  generateSpanId(): string {
    return newSpanId();
  }
}
