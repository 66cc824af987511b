import { TraceFlags } from '@opentelemetry/api';
import type { Link, SpanContext } from '@opentelemetry/api';
import type { FcContext } from '../fc/context';
import { readField, readNumber, readText } from '../safe-access';
import { ATTR_FC_TRACED_LINK } from '../semconv';

/** Retries of asynchronous calls come within minutes; what is older is forgotten first. */
const MAX_REMEMBERED = 256;

/**
 * The recorded invocations of this instance, by the id that FC gave them. That FC keeps the id for a retry is inferred, and a
 * retry may run in another instance: where it does not find the earlier attempt, nothing is linked.
 */
export class Attempts {
  private readonly known = new Map<string, SpanContext>();

  remember(context: FcContext, spanContext: SpanContext): void {
    const id = readText(context, 'requestId');
    if (id === undefined || (spanContext.traceFlags & TraceFlags.SAMPLED) === 0) return;
    this.known.delete(id);
    this.known.set(id, spanContext);
    if (this.known.size <= MAX_REMEMBERED) return;
    const [oldest] = this.known.keys();
    this.known.delete(oldest!);
  }

  /** Links to the earlier attempt of a call that is retried, and to the call whose outcome the event reports. */
  linksOf(context: FcContext, event: unknown): readonly Link[] {
    const isRetry = (readNumber(context, 'retryCount') ?? 0) > 0;
    return [
      ...(isRetry ? this.linkTo(readText(context, 'requestId'), 'previous attempt') : []),
      ...this.linkTo(sourceOf(event), 'asynchronous call'),
    ];
  }

  private linkTo(id: string | undefined, what: string): readonly Link[] {
    const context = id === undefined ? undefined : this.known.get(id);
    return context === undefined ? [] : [{ context, attributes: { [ATTR_FC_TRACED_LINK]: what } }];
  }
}

/** The invocation whose outcome an event of an asynchronous destination reports. */
function sourceOf(event: unknown): string | undefined {
  return typeof readField(event, 'responseContext') === 'object'
    ? readText(event, 'requestContext', 'requestId')
    : undefined;
}
