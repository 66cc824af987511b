import { SpanStatusCode, TraceFlags } from '@opentelemetry/api';
import type { Attributes, Span } from '@opentelemetry/api';
import { types } from 'node:util';
import type { KeepRules } from '../config/keep-rules';
import type { KeepSummary } from '../config/options';
import { countDropped, countError } from '../diagnostics';
import { ATTR_FC_TRACED_KEPT, ATTR_FC_TRACED_PROBLEM } from '../semconv';
import type { BufferedSpan, SpanOutlet, TraceBuffer } from '../tracing/telemetry/telemetry';

/** Why a trace is kept: the values of `fc_traced.kept`. */
type KeepReason = 'error' | 'slow' | 'cold_start' | 'when' | 'timeout';

/** What is known about an invocation when it ends. */
export type InvocationFacts = Pick<KeepSummary, 'trigger' | 'coldStart' | 'durationMillis' | 'error'>;

/** The parts of an SDK span that the tracing API does not have. */
interface RecordedSpan {
  readonly status: { readonly code: SpanStatusCode };
  readonly attributes: Attributes;
}

/** The estimated size of a span without attributes, events and links, and of one event or link, in bytes. */
const SPAN_BYTES = 256;
const ITEM_BYTES = 64;

/**
 * The trace of an invocation that is not sampled, in memory until a rule decides whether it is kept.
 *
 * Its spans are recorded with sampled flag 0, which is what outgoing requests propagate. If the trace is kept, the flag
 * of all its spans is set. The state outlives the invocation as long as one of its spans can still end, so that a late
 * span is treated as the others were.
 */
export class KeepCandidate implements TraceBuffer {
  private phase: 'undecided' | 'kept' | 'dropped' = 'undecided';
  private ended: { readonly span: BufferedSpan; readonly outlet: SpanOutlet }[] = [];
  private readonly open = new Set<BufferedSpan>();
  private spans = 0;
  private bytes = 0;
  private failed = 0;
  private refused = 0;
  private cut = 0;

  constructor(private readonly rules: KeepRules) {}

  get isUndecided(): boolean {
    return this.phase === 'undecided';
  }

  get isKept(): boolean {
    return this.phase === 'kept';
  }

  admits(): boolean {
    if (this.phase !== 'undecided') return this.phase === 'kept';
    // Refused when they start, so that no span loses its parent: those that are open have started before it.
    if (this.spans < this.rules.maxSpans && this.bytes < this.rules.maxBytes) return true;
    this.refused += 1;
    return false;
  }

  started(span: BufferedSpan): void {
    this.spans += 1;
    this.open.add(span);
  }

  hasEnded(span: BufferedSpan, outlet: SpanOutlet): void {
    this.open.delete(span);
    if (this.phase === 'dropped') return outlet.discard(span);
    if (this.phase === 'kept') return outlet.export(span);
    if (span.status.code === SpanStatusCode.ERROR) this.failed += 1;
    const bytes = sizeOf(span);
    const fits = this.bytes + bytes <= this.rules.maxBytes;
    if (!fits) {
      removeDetails(span);
      this.cut += 1;
    }
    this.bytes += fits ? bytes : SPAN_BYTES;
    this.ended.push({ span, outlet });
  }

  /** Decides at the end of the invocation, whose span is still open. Returns whether the trace is kept. */
  decide(root: Span, facts: InvocationFacts): boolean {
    if (this.phase !== 'undecided') return this.isKept;
    const reason = this.reasonOf(root, facts);
    if (reason === undefined) this.drop();
    else this.keep(root, reason);
    return reason !== undefined;
  }

  /**
   * Decides when the invocation is cut off, for example by the function's timeout, which counts as an error. Without a
   * reason to keep the trace, it stays undecided.
   */
  decideEarly(root: Span, coldStart: boolean, durationMillis: number): boolean {
    if (this.phase !== 'undecided') return this.isKept;
    const { rules } = this;
    const reason = rules.errors
      ? 'timeout'
      : durationMillis > rules.slowerThanMillis
        ? 'slow'
        : rules.coldStart && coldStart
          ? 'cold_start'
          : undefined;
    if (reason !== undefined) this.keep(root, reason);
    return reason !== undefined;
  }

  private reasonOf(root: Span, facts: InvocationFacts): KeepReason | undefined {
    const { rules } = this;
    const { status, attributes } = root as unknown as RecordedSpan;
    const failedSpanCount = this.failed + (status.code === SpanStatusCode.ERROR ? 1 : 0);
    if (rules.errors && failedSpanCount > 0) return 'error';
    if (facts.durationMillis > rules.slowerThanMillis) return 'slow';
    if (rules.coldStart && facts.coldStart) return 'cold_start';
    if (rules.when === undefined) return undefined;
    return this.asks(rules.when, { ...facts, spanCount: this.spans, failedSpanCount, attributes: { ...attributes } })
      ? 'when'
      : undefined;
  }

  private asks(when: (summary: KeepSummary) => unknown, summary: KeepSummary): boolean {
    try {
      const given = when(summary);
      if (typeof given === 'boolean') return given;
      if (types.isPromise(given)) {
        // The invocation does not wait for it. An unhandled rejection would end the process.
        given.catch(() => {});
        countError('the function keep.when returned a promise; the trace was not kept');
      } else countError('the function keep.when returned neither true nor false; the trace was not kept');
    } catch {
      countError('the function keep.when threw; the trace was not kept');
    }
    return false;
  }

  private keep(root: Span, reason: KeepReason): void {
    this.phase = 'kept';
    root.setAttribute(ATTR_FC_TRACED_KEPT, reason);
    if (this.refused > 0) {
      countDropped(
        this.refused,
        'spans of a kept trace were not recorded: there were more than keep.maxSpans or keep.maxBytes',
      );
    }
    if (this.cut > 0) countError('spans of a kept trace lost attributes and events: they had more than keep.maxBytes');
    const { ended } = this;
    this.ended = [];
    for (const span of this.open) setSampled(span);
    // First all flags, because a span shares its context with the children that name it as their parent.
    for (const { span } of ended) setSampled(span);
    this.open.clear();
    for (const { span, outlet } of ended) outlet.export(span);
  }

  private drop(): void {
    this.phase = 'dropped';
    const { ended } = this;
    this.ended = [];
    this.open.clear();
    for (const { span, outlet } of ended) outlet.discard(span);
  }
}

/** The context of a span is one object, which its children have as that of their parent. */
function setSampled(span: BufferedSpan): void {
  span.spanContext().traceFlags |= TraceFlags.SAMPLED;
}

function sizeOf({ name, attributes, events, links }: BufferedSpan): number {
  let bytes = SPAN_BYTES + name.length + sizeOfAttributes(attributes);
  for (const event of events) bytes += ITEM_BYTES + event.name.length + sizeOfAttributes(event.attributes);
  for (const link of links) bytes += ITEM_BYTES + sizeOfAttributes(link.attributes);
  return bytes;
}

function sizeOfAttributes(attributes: Attributes | undefined): number {
  let bytes = 0;
  for (const key in attributes) bytes += key.length + sizeOfValue(attributes[key]);
  return bytes;
}

function sizeOfValue(value: unknown): number {
  if (typeof value === 'string') return value.length;
  return Array.isArray(value) ? value.reduce<number>((sum, item) => sum + sizeOfValue(item), 0) : 8;
}

/** Name, times, status and place in the trace remain. */
function removeDetails({ attributes, events, links }: BufferedSpan): void {
  for (const key of Object.keys(attributes)) delete attributes[key];
  events.length = 0;
  links.length = 0;
  attributes[ATTR_FC_TRACED_PROBLEM] = 'attributes and events exceed keep.maxBytes';
}
