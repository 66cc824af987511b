import type { Attributes, Context, Span } from '@opentelemetry/api';
import { countError, takeCounts } from '../diagnostics';
import {
  ATTR_FC_TRACED_DROPPED_SNAPSHOTS,
  ATTR_FC_TRACED_SNAPSHOT_REASON,
  ATTR_FC_TRACED_TIMEOUT_IMMINENT,
} from '../semconv';
import { recordFailure } from '../tracing/calls/failure';
import { abandonSpan } from '../tracing/calls/open-calls';
import { activeContext } from '../tracing/context/active-context';
import { deadlineOf } from '../tracing/context/deadline';
import type { Invocation } from '../tracing/context/invocation';
import { invocationIn, spanIn } from '../tracing/context/linked-context';
import type { Telemetry } from '../tracing/telemetry/telemetry';
import { contextBelow, pathsToLeaves, takeSnapshot } from './open-span-snapshots';
import { watchProcessEnd } from './process-end';
import type { CutOffReason, Thrown, WatchedInvocation } from './process-end';

/** A recorded invocation, whose open spans are exported as snapshots if it is cut off. */
export interface RecordedInvocation {
  readonly invocation: Invocation;
  readonly span: Span;
  readonly telemetry: Telemetry;
  /** The context in which the invocation span started: that of FC's span. */
  readonly parent: Context;
  /** How long the process may wait for the export when it ends, in milliseconds. */
  readonly exportMillis: number;
  /** Records the spans of a cold start, which precede the invocation. */
  readonly recordColdStart: () => void;
  /** Decides whether a trace that is not sampled is kept. Returns true for all others. */
  readonly keepEarly: () => boolean;
}

/** Watches a recorded invocation until it has ended and its spans have been exported. */
export class CutOffWatch implements WatchedInvocation {
  readonly exportMillis: number;
  /** Created when the invocation is cut off, as are the reasons. */
  private taken: WeakSet<Span> | undefined;
  private reasons: Set<CutOffReason> | undefined;
  private readonly unwatch: () => void;

  constructor(private readonly recorded: RecordedInvocation) {
    this.exportMillis = recorded.exportMillis;
    const deadline = deadlineOf(recorded.invocation);
    const flush = (): void => void this.telemetry.flush(deadline.remainingMillis(), 'preStop');
    deadline.watch({
      imminent: () => {
        if (this.takeSnapshots('timeout')) flush();
      },
      last: () => {
        if (this.finish()) flush();
      },
    });
    this.unwatch = watchProcessEnd(this);
  }

  get telemetry(): Telemetry {
    return this.recorded.telemetry;
  }

  takeSnapshots(reason: CutOffReason, thrown?: Thrown): boolean {
    if (!this.recorded.span.isRecording() || this.reasons?.has(reason) === true || !this.recorded.keepEarly()) {
      return false;
    }
    // The event `exit` may follow SIGTERM, or an uncaught error that something handled.
    const reasons = (this.reasons ??= new Set());
    const isKnown = reason === 'exit' && (reasons.has('uncaught_error') || reasons.has('sigterm'));
    reasons.add(reason);
    try {
      const { others, hasThrown } = this.takeOfOpenSpans(this.ownOf(thrown));
      if (!isKnown) this.takeOfInvocation(reason, others, hasThrown ? undefined : this.ownOf(thrown));
    } catch {
      countFailure();
    }
    return true;
  }

  finish(thrown?: Thrown): boolean {
    const { invocation, span: root, recordColdStart } = this.recorded;
    if (!root.isRecording() || !this.recorded.keepEarly()) return false;
    try {
      const { active } = this;
      const own = this.ownOf(thrown);
      if (own !== undefined) {
        if (active !== undefined && active !== root) recordFailure(active, own.error, root);
        recordFailure(root, own.error, undefined, activeContext());
      }
      invocation.open.abandonAll();
      if (active?.isRecording() === true && active !== root) abandonSpan(active);
      recordColdStart();
      root.setAttributes(takeCounts() ?? {});
      abandonSpan(root);
    } catch {
      countFailure();
    }
    return true;
  }

  /** The invocation has ended and its spans have been exported. */
  end(): void {
    this.unwatch();
  }

  /** The span that is active, if it belongs to this invocation. */
  private get active(): Span | undefined {
    const context = activeContext();
    return invocationIn(context)?.open === this.recorded.invocation.open ? spanIn(context) : undefined;
  }

  /** The error, unless it was thrown in another invocation. */
  private ownOf(thrown: Thrown | undefined): Thrown | undefined {
    return this.active === undefined && invocationIn(activeContext()) !== undefined ? undefined : thrown;
  }

  /** Returns how many open spans have no snapshot, and whether a snapshot has the error. */
  private takeOfOpenSpans(thrown: Thrown | undefined): { others: number; hasThrown: boolean } {
    const { invocation, span: root, telemetry } = this.recorded;
    const { active } = this;
    const open = invocation.open.openSpans();
    // A method that is on the stack has not returned a promise yet.
    if (active?.isRecording() === true) open.push(active);
    const { selected, others } = pathsToLeaves(open.filter((span) => span !== root));
    let hasThrown = false;
    for (const span of selected) {
      const taken = (this.taken ??= new WeakSet());
      if (taken.has(span)) continue;
      taken.add(span);
      takeSnapshot(span, {
        start: (name, options) => telemetry.tracer.startSpan(name, options, contextBelow(span)),
        openMillis: telemetry.openMillis?.(span),
        ...(span === active && { thrown }),
      });
      hasThrown ||= span === active;
    }
    return { others, hasThrown };
  }

  private takeOfInvocation(reason: CutOffReason, others: number, thrown: Thrown | undefined): void {
    const { invocation, span, telemetry, parent, recordColdStart } = this.recorded;
    recordColdStart();
    const isImminent = reason === 'timeout' && deadlineOf(invocation).remainingMillis() > 0;
    if (isImminent) span.setAttribute(ATTR_FC_TRACED_TIMEOUT_IMMINENT, true);
    const attributes: Attributes = {
      [ATTR_FC_TRACED_SNAPSHOT_REASON]: reason,
      ...(others > 0 && { [ATTR_FC_TRACED_DROPPED_SNAPSHOTS]: others }),
      ...takeCounts(),
    };
    const { traceId, traceFlags, traceState } = span.spanContext();
    const root = { traceId, decision: { isSampled: (traceFlags & 1) === 1, traceState } };
    takeSnapshot(span, {
      // With the parent of the invocation, so that the snapshot has its place in the trace if nothing else arrives.
      start: (name, options) => telemetry.startInvocationSnapshot(name, options, parent, root),
      openMillis: telemetry.openMillis?.(span),
      attributes,
      thrown,
    });
  }
}

function countFailure(): void {
  countError('the open spans of an invocation that is cut off could not be exported');
}
