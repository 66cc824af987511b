import { ROOT_CONTEXT } from '@opentelemetry/api';
import type { Attributes } from '@opentelemetry/api';
import { suppressTracing } from '@opentelemetry/core';
import { AlwaysOnSampler, BasicTracerProvider } from '@opentelemetry/sdk-trace-base';
import type { ReadableSpan } from '@opentelemetry/sdk-trace-base';
import { warnOnce } from '../diagnostics';
import { isSuppressed } from '../tracing/telemetry/suppression';
import { PROBE_LIMITS } from './direct-span';
import { timed } from './start-clock';

const SDK = '@opentelemetry/sdk-trace-base';

const PARENT = { traceId: 'f'.repeat(32), spanId: 'f'.repeat(16), traceFlags: 1 };

function warn(packageName: string, member: string, lost: string): void {
  warnOnce(`${member} of this version of ${packageName} is not as fc-traced expects: ${lost}`);
}

/** Starts a span whose members are checked. Returns an empty object if the SDK cannot start one. */
export function startProbe(): object {
  try {
    const provider = new BasicTracerProvider({ sampler: new AlwaysOnSampler(), spanLimits: PROBE_LIMITS });
    const link = { context: PARENT, attributes: { probe: 'original' } };
    const options = { attributes: { probe: 'original' }, links: [link] };
    return provider.getTracer('fc-traced').startSpan('probe', options).addEvent('probe', { probe: 'original' });
  } catch {
    return {};
  }
}

/** Whether writing to the attributes, events and links of a span changes what is exported. */
function isMutable(span: ReadableSpan): boolean {
  try {
    const set = (attributes: Attributes | undefined): unknown => attributes && (attributes.probe = 'changed');
    span.events[0]!.name = 'changed';
    for (const attributes of [span.attributes, span.events[0]!.attributes, span.links[0]!.attributes]) set(attributes);
    const { attributes, events, links } = span;
    const changed = [attributes.probe, events[0]!.name, events[0]!.attributes?.probe, links[0]!.attributes?.probe];
    return changed.every((value) => value === 'changed');
  } catch {
    return false;
  }
}

/**
 * Checks the private members of the SDK that are used, and logs once for each what is lost if it is missing or works
 * differently. `hasDirectSpans` says whether the constructor of the span class is the expected one.
 */
export function warnOfChangedMembers(probe: object, hasDirectSpans: boolean): void {
  if (!hasDirectSpans) warn(SDK, 'the constructor of Span', 'spans are started by the tracer, which is slower');
  if (timed(probe) === undefined) {
    warn(SDK, 'Span._performanceStartTime or _startTimeProvided', 'spans start at whole milliseconds');
  }
  if (!isMutable(probe as ReadableSpan)) {
    warn(SDK, 'Span.attributes, events or links', 'secrets are not removed from spans');
  }
  if (!isSuppressed(suppressTracing(ROOT_CONTEXT))) {
    warn('@opentelemetry/core', 'the context key of suppressTracing', 'requests of exporters carry trace context');
  }
}
