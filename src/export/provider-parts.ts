import { isSpanContextValid } from '@opentelemetry/api';
import type { Attributes, Context, SpanContext } from '@opentelemetry/api';
import { defaultResource, detectResources, envDetector, resourceFromAttributes } from '@opentelemetry/resources';
import type { Resource } from '@opentelemetry/resources';
import { SamplingDecision } from '@opentelemetry/sdk-trace-base';
import type { IdGenerator, Sampler, SamplingResult } from '@opentelemetry/sdk-trace-base';
import { ATTR_SERVICE_NAME, ATTR_TELEMETRY_DISTRO_NAME, ATTR_TELEMETRY_DISTRO_VERSION, VERSION } from '../semconv';
import { spanIn } from '../tracing/context/linked-context';
import { newSpanId, newTraceId } from '../tracing/telemetry/ids';
import { state } from '../tracing/telemetry/state';
import { consistentTraceState, sampleRoot } from '../tracing/telemetry/sampling';
import type { RootDecision } from '../tracing/telemetry/sampling';

const RECORD: SamplingResult = { decision: SamplingDecision.RECORD_AND_SAMPLED };
const RECORD_ONLY: SamplingResult = { decision: SamplingDecision.RECORD };
const NOT_RECORD: SamplingResult = { decision: SamplingDecision.NOT_RECORD };

/**
 * Follows the sampled flag of the parent. Without a parent, a ratio from 0 to 1 of the traces is recorded, see
 * `sampleRoot`. Allocates nothing for the child of a local span.
 */
export class FlagSampler implements Sampler {
  /** The decision about the next span, if it has been made: an invocation is sampled before its span starts. */
  nextDecision: (RootDecision & { readonly isBuffered: boolean }) | undefined;

  constructor(private readonly ratio: number) {}

  shouldSample(context: Context, traceId: string): SamplingResult {
    if (this.nextDecision !== undefined) return resultOf(this.nextDecision);
    const parent = spanIn(context)?.spanContext();
    // Without a valid parent, a span is a root for the SDK. The ids of local parents are valid and not checked again.
    if (parent === undefined || (parent.isRemote === true && !isSpanContextValid(parent))) {
      return resultOf(sampleRoot(traceId, this.ratio, parent?.traceState));
    }
    if ((parent.traceFlags & 1) === 1) return parent.isRemote === true ? continued(parent) : RECORD;
    if (isSpanContextValid(parent)) return state.buffers.get(parent)?.admits() === true ? RECORD_ONLY : NOT_RECORD;
    return resultOf(sampleRoot(traceId, this.ratio, parent.traceState));
  }

  toString(): string {
    return `FlagSampler{${this.ratio}}`;
  }
}

function resultOf({ isSampled, traceState, isBuffered }: RootDecision & { isBuffered?: boolean }): SamplingResult {
  const result = isSampled ? RECORD : isBuffered === true ? RECORD_ONLY : NOT_RECORD;
  return { ...result, ...(traceState && { traceState }) };
}

/** The result for the child of a remote span that is sampled. */
function continued({ traceId, traceState: given }: SpanContext): SamplingResult {
  const traceState = given === undefined ? undefined : consistentTraceState(traceId, given);
  return traceState === undefined ? RECORD : { ...RECORD, traceState };
}

/** Generates ids for the SDK from a pool of random bytes. */
export class PooledIds implements IdGenerator {
  /** The id of the next trace, if it is known: an invocation is sampled by its trace id before its span starts. */
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

/**
 * The resource of spans. In ascending precedence: the SDK's defaults, the attributes of the function,
 * `OTEL_RESOURCE_ATTRIBUTES`, and the options.
 */
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
