import { isSpanContextValid } from '@opentelemetry/api';
import type { Attributes, Context } from '@opentelemetry/api';
import { defaultResource, detectResources, envDetector, resourceFromAttributes } from '@opentelemetry/resources';
import type { Resource } from '@opentelemetry/resources';
import { SamplingDecision } from '@opentelemetry/sdk-trace-base';
import type { IdGenerator, Sampler, SamplingResult } from '@opentelemetry/sdk-trace-base';
import { ATTR_SERVICE_NAME, ATTR_TELEMETRY_DISTRO_NAME, ATTR_TELEMETRY_DISTRO_VERSION, VERSION } from '../semconv';
import { spanIn } from '../tracing/context/linked-context';
import { newSpanId, newTraceId } from '../tracing/telemetry/ids';
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

/** The resource of spans: the SDK's own, the function's, and what `OTEL_RESOURCE_ATTRIBUTES` and code say, the later the stronger. */
export function faasResource(
  functionAttributes: Attributes,
  fromCode: Attributes,
  serviceName: string | undefined,
): Resource {
  const distribution = { [ATTR_TELEMETRY_DISTRO_NAME]: 'fc-traced', [ATTR_TELEMETRY_DISTRO_VERSION]: VERSION };
  const resource = defaultResource()
    .merge(resourceFromAttributes({ ...distribution, ...functionAttributes }))
    .merge(detectResources({ detectors: [envDetector] }))
    .merge(resourceFromAttributes(fromCode));
  return serviceName === undefined
    ? resource
    : resource.merge(resourceFromAttributes({ [ATTR_SERVICE_NAME]: serviceName }));
}
