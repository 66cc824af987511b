import { isSpanContextValid } from '@opentelemetry/api';
import type { Context } from '@opentelemetry/api';
import { SamplingDecision } from '@opentelemetry/sdk-trace-base';
import type { Sampler, SamplingResult } from '@opentelemetry/sdk-trace-base';
import { spanIn } from '../tracing/context/linked-context';
import { sampleRoot } from '../tracing/telemetry/sampling';

const RECORD: SamplingResult = { decision: SamplingDecision.RECORD_AND_SAMPLED };
const LEAVE: SamplingResult = { decision: SamplingDecision.NOT_RECORD };

/** Obeys the parent's sampled flag; a trace without a parent is recorded at a ratio, decided by its id. Makes no object. */
export class FlagSampler implements Sampler {
  constructor(private readonly ratio: number) {}

  shouldSample(context: Context, traceId: string): SamplingResult {
    const parent = spanIn(context)?.spanContext();
    // The SDK calls a root what has no valid parent; ids of our own spans need no second look.
    if (parent === undefined || (parent.isRemote === true && !isSpanContextValid(parent))) {
      return sampleRoot(traceId, this.ratio) ? RECORD : LEAVE;
    }
    if ((parent.traceFlags & 1) === 1) return RECORD;
    return isSpanContextValid(parent) || !sampleRoot(traceId, this.ratio) ? LEAVE : RECORD;
  }

  toString(): string {
    return `FlagSampler{${this.ratio}}`;
  }
}
