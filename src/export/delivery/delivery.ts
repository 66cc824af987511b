import { ROOT_CONTEXT, TraceFlags } from '@opentelemetry/api';
import type { ReadableSpan, SpanProcessor } from '@opentelemetry/sdk-trace-base';
import { performance } from 'node:perf_hooks';
import type { EventLoopUtilization } from 'node:perf_hooks';
import { countDropped, countError, restoreCounts, warnOfOutage } from '../../diagnostics';
import { unref } from '../../realms';
import { callIn } from '../../tracing/context/active-context';
import { deliveryCounts } from '../../tracing/telemetry/delivery-stats';
import type { DropReason } from '../../tracing/telemetry/delivery-stats';
import type { FlushCause } from '../../tracing/telemetry/telemetry';
import { BatchSplitter } from './batch-splitter';
import { DeliveryPolicy } from './delivery-policy';
import type { RequestsInProgress, Transition } from './delivery-policy';
import type { SpanTransport } from './http-transport';
import { SpanQueue } from './span-queue';
import type { Batch } from './span-queue';
import type { Verdict } from './verdict';
import { Waiters } from './waiters';

/** The most spans of one request. */
const BATCH_SPANS = 512;
/** The most bytes of one request, as estimated. A larger span is sent in a request of its own. */
const BATCH_BYTES = 1_048_576;
/** Spans that no flush sends are sent after this time: those of a long invocation, or of work after the response. */
const EARLY_MILLIS = 1_000;

/** The most requests that are sent when the process ends. */
const MOST_BATCHES_AT_THE_END = 8;

/** The settings of a {@link Delivery}. */
export interface DeliverySettings {
  readonly transport: SpanTransport;
  /** How long responses may wait in vain in one outage, in milliseconds. */
  readonly budgetMillis: number;
  /** The most spans and bytes that wait. */
  readonly queueLimitSpans: number;
  readonly queueLimitBytes: number;
  readonly sizeOf: (span: ReadableSpan) => number;
  /** Host and port of the endpoint, for messages. */
  readonly host: string;
  /** Removes secrets from an error message. */
  readonly clean: (text: string) => string;
  /** Default: `performance.now`. */
  readonly clock?: () => number;
  /** Default: `Math.random`. */
  readonly random?: () => number;
}

/**
 * Delivers ended spans to one endpoint: `SpanQueue` holds them, `DeliveryPolicy` decides when to send and how long a
 * response waits, and a transport sends. Each span is counted in `deliveryStats`, and a dropped one is reported by the
 * next invocation span. Never throws, and its promises never reject.
 */
export class Delivery implements SpanProcessor {
  private readonly queue: SpanQueue<ReadableSpan>;
  private readonly policy: DeliveryPolicy;
  private readonly splitter: BatchSplitter;
  private readonly clock: () => number;
  private readonly waiters: Waiters;
  private readonly requests = new Map<Batch<ReadableSpan>, { time: number; utilization: EventLoopUtilization }>();
  private earlyTimer: NodeJS.Timeout | undefined;
  private retryTimer: NodeJS.Timeout | undefined;
  private droppedInOutage = 0;
  private isRetired = false;

  constructor(private readonly settings: DeliverySettings) {
    const { queueLimitSpans, queueLimitBytes, sizeOf, budgetMillis, random } = settings;
    this.clock = settings.clock ?? (() => performance.now());
    this.queue = new SpanQueue({
      mostSpans: queueLimitSpans,
      mostBytes: queueLimitBytes,
      batchSpans: BATCH_SPANS,
      batchBytes: BATCH_BYTES,
      sizeOf,
    });
    this.policy = new DeliveryPolicy({ budgetMillis, ...(random !== undefined && { random }) });
    this.splitter = new BatchSplitter(this.queue);
    this.waiters = new Waiters(this.clock);
  }

  /** The number of spans that wait. */
  get waiting(): number {
    return this.queue.size;
  }

  /** The number of batches that wait, apart from those of requests in progress. */
  private get batches(): number {
    return Math.ceil(this.queue.untakenSize / BATCH_SPANS);
  }

  onStart(): void {}

  onEnd(span: ReadableSpan): void {
    if ((span.spanContext().traceFlags & TraceFlags.SAMPLED) === 0) return;
    deliveryCounts.made += 1;
    const isLocalRoot = span.parentSpanContext === undefined || span.parentSpanContext.isRemote === true;
    const dropped = this.isRetired ? span : this.queue.add(span, isLocalRoot);
    if (dropped !== undefined) {
      if (this.isRetired) this.drop([dropped], 'endpointReplaced', 'the endpoint was replaced');
      else this.drop([dropped], 'queueFull', 'more spans wait than queueLimitSpans and queueLimitBytes allow');
    }
    if (this.queue.freshSize % BATCH_SPANS === 0) this.send();
    else this.earlyTimer ??= inBackground(() => this.startEarlyTimer());
  }

  /** Opens a connection for the spans of an invocation that follows shortly. */
  prepare(): void {
    this.settings.transport.prepare?.();
  }

  /** Sends what is due. Called when an invocation starts, because no timer fires while the instance is frozen. */
  resume(): void {
    if (this.queue.hasBatch && this.requests.size === 0 && this.clock() >= this.policy.nextSendAt) this.send();
  }

  /**
   * Resolves when all spans that ended before this call are delivered or dropped, or after `timeoutMillis`. A response
   * does not wait if that would be in vain.
   */
  async flush(timeoutMillis: number, cause: FlushCause = 'response'): Promise<void> {
    if (this.queue.size === 0) return;
    if (cause === 'preStop') this.policy.hurry(this.clock());
    else this.policy.needed(this.clock(), this.batches);
    this.send();
    const limit =
      cause === 'preStop' ? timeoutMillis : this.policy.waitMillis(this.clock(), timeoutMillis, this.batches);
    if (limit <= 0) return;
    const waited = await this.waiters.wait(this.queue.end, limit, cause === 'preStop');
    if (waited.inVain && cause !== 'preStop') {
      this.onTransition(this.policy.waited(this.clock(), waited.millis));
    }
  }

  /**
   * Sends what waits when the process ends and the event loop does not run any more. Returns after `timeoutMillis` at the
   * latest. What was sent before and is not acknowledged is not sent again.
   */
  flushSync(timeoutMillis: number): void {
    const { transport } = this.settings;
    if (transport.sendSync === undefined || !this.queue.hasBatch) return;
    const batches: Batch<ReadableSpan>[] = [];
    while (this.queue.hasBatch && batches.length < MOST_BATCHES_AT_THE_END) batches.push(this.queue.take()!);
    let accepted: readonly boolean[] = [];
    try {
      accepted = transport.sendSync(
        batches.map(({ spans }) => spans),
        timeoutMillis,
      );
    } finally {
      batches.forEach((batch, index) => {
        deliveryCounts.sent += batch.unsent;
        batch.unsent = 0;
        if (accepted[index] !== true) return this.queue.putBack(batch);
        this.queue.settle(batch);
        deliveryCounts.acknowledged += batch.spans.length;
      });
    }
  }

  async forceFlush(): Promise<void> {
    await this.flush(this.settings.budgetMillis, 'preStop');
  }

  /** Delivers what waits, within `timeoutMillis`, and drops the rest. */
  async retire(timeoutMillis: number): Promise<void> {
    await this.flush(timeoutMillis, 'preStop');
    this.isRetired = true;
    this.drop(this.queue.clear(), 'endpointReplaced', 'the endpoint was replaced');
    clearTimeout(this.earlyTimer);
    clearTimeout(this.retryTimer);
    this.settings.transport.close();
  }

  async shutdown(): Promise<void> {
    await this.retire(this.settings.budgetMillis);
  }

  private startEarlyTimer(): NodeJS.Timeout {
    const send = (): void => {
      this.earlyTimer = undefined;
      this.send();
    };
    return unref(setTimeout(send, EARLY_MILLIS));
  }

  /** Starts as many requests as the policy allows. */
  private send(): void {
    clearTimeout(this.earlyTimer);
    this.earlyTimer = undefined;
    while (this.queue.hasBatch) {
      const now = this.clock();
      const inProgress = this.inProgress();
      if (!this.policy.maySend(now, inProgress)) return this.sendAt(this.policy.askAgainAt(now, inProgress) - now);
      void this.transmit(this.queue.take()!, now).catch(() => countError('the delivery of spans failed'));
    }
  }

  private inProgress(): RequestsInProgress {
    const starts = [...this.requests.values()];
    const idleMillis = starts.length === 0 ? 0 : performance.eventLoopUtilization(starts[0]!.utilization).idle;
    return {
      startTimes: starts.map(({ time }) => time),
      idleMillis,
      isFull: this.queue.freshSize >= BATCH_SPANS,
    };
  }

  private sendAt(delayMillis: number): void {
    clearTimeout(this.retryTimer);
    // Without a delay, the next response decides.
    if (!Number.isFinite(delayMillis)) return;
    this.retryTimer = inBackground(() => unref(setTimeout(() => this.send(), Math.max(1, Math.ceil(delayMillis)))));
  }

  private async transmit(batch: Batch<ReadableSpan>, start: number): Promise<void> {
    deliveryCounts.sent += batch.unsent;
    batch.unsent = 0;
    batch.attempts += 1;
    const utilization = performance.eventLoopUtilization();
    this.requests.set(batch, { time: start, utilization });
    this.policy.started(start);
    const { verdict, rejected } = this.settings.transport.send(batch.spans);
    const outcome = await verdict;
    const { idle } = performance.eventLoopUtilization(utilization);
    this.requests.delete(batch);
    const now = this.clock();
    if (outcome.kind === 'acknowledged') {
      this.queue.settle(batch);
      this.splitter.acknowledged(now);
      deliveryCounts.acknowledged += batch.spans.length;
      this.onTransition(this.policy.acknowledged(now, now - start, Math.min(idle, now - start), this.batches));
      void rejected.then((count) => this.onRejected(count));
    } else {
      this.onProblem(batch, outcome, now, now - start);
    }
    this.waiters.settled(this.queue.settledUpTo);
    this.send();
  }

  private onProblem(
    batch: Batch<ReadableSpan>,
    outcome: Exclude<Verdict, { kind: 'acknowledged' }>,
    now: number,
    millis: number,
  ): void {
    if (this.isRetired) {
      this.queue.settle(batch);
      return this.drop(batch.spans, 'endpointReplaced', 'the endpoint was replaced');
    }
    const dropped = this.splitter.handle(batch, outcome, now);
    const reason = this.settings.clean(outcome.reason);
    if (dropped !== undefined) this.drop(batch.spans, dropped, reason);
    if (outcome.kind !== 'failed') return this.onTransition(this.policy.refused(now, millis), reason);
    this.onTransition(this.policy.failed(now, outcome.retryAfterMillis), reason);
    this.waiters.release((remaining) => outcome.timedOut || this.policy.waitMillis(now, remaining, this.batches) === 0);
  }

  private onRejected(count: number): void {
    if (count === 0) return;
    deliveryCounts.acknowledged -= count;
    this.count(count, 'rejected', 'the endpoint accepted the request, but rejected spans (partial success)');
  }

  private drop(spans: readonly ReadableSpan[], reason: DropReason, text: string): void {
    if (spans.length === 0) return;
    this.count(spans.length, reason, text);
    for (const { attributes } of spans) restoreCounts(attributes);
  }

  private count(count: number, reason: DropReason, text: string): void {
    deliveryCounts.dropped[reason] += count;
    if (this.policy.isOutage) this.droppedInOutage += count;
    countDropped(count, `spans could not be delivered to ${this.settings.host} and are dropped: ${text}`);
  }

  private onTransition(transition: Transition, reason = 'no answer in time'): void {
    const { host } = this.settings;
    if (transition === 'outage began') {
      this.droppedInOutage = 0;
      warnOfOutage(
        `${host} does not accept spans in time, so responses no longer wait for it: ${reason}. Spans are kept and sent again`,
      );
      this.waiters.release(() => true);
    } else if (transition === 'outage ended') {
      warnOfOutage(
        `${host} accepts spans in time again; ${this.queue.size} still wait, ${this.droppedInOutage} were dropped`,
      );
    }
  }
}

/** Runs work without the context of an invocation, which its timers would keep in memory. */
function inBackground<T>(work: () => T): T {
  return callIn(ROOT_CONTEXT, work, undefined, []) as T;
}
