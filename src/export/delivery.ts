import { ROOT_CONTEXT, TraceFlags } from '@opentelemetry/api';
import { ExportResultCode, suppressTracing } from '@opentelemetry/core';
import type { ExportResult } from '@opentelemetry/core';
import type { ReadableSpan, SpanExporter, SpanProcessor } from '@opentelemetry/sdk-trace-base';
import { performance } from 'node:perf_hooks';
import { restoreCounts, countDropped } from '../diagnostics';
import { callIn } from '../tracing/context/active-context';
import { settledWithin } from '../tracing/telemetry/shared-flush';

/** The most spans in one export request. */
const BATCH_SIZE = 512;
/** The most spans that wait to be sent. */
const CAPACITY = 8_192;
/** Spans that no flush sends are sent after this time: those of a long invocation, or of work after the response. */
const IDLE_MILLIS = 5_000;
/** After this many consecutive failures a flush waits at most `SHORT_WAIT_MILLIS`, until an export succeeds. */
const MAX_FAILURES = 3;
const SHORT_WAIT_MILLIS = 50;
/** A timer that fires later than this was delayed by a freeze of the instance or by the program. */
const LATE_MILLIS = 100;

/** Why a batch could not be delivered. */
interface ExportFailure {
  readonly reason: string;
  /** Whether sending the batch again may succeed. */
  readonly retryable: boolean;
  readonly timedOut: boolean;
}

/** A flush that waits until `target` spans are settled. */
interface Waiter {
  target: number;
  readonly resolve: () => void;
}

/**
 * Sends ended spans to an exporter in batches, one request at a time, in the order in which they ended. A flush during
 * a request waits for the next request, which sends everything that ended in the meantime. A failed batch is sent once
 * more and then counted as dropped. Never throws, and its promises never reject.
 */
export class Delivery implements SpanProcessor {
  private queue: ReadableSpan[] = [];
  /** A batch that failed once. */
  private retryBatch: ReadableSpan[] | undefined;
  /** The number of spans that were queued, and of those that were sent or dropped. */
  private accepted = 0;
  private settled = 0;
  private consecutiveFailures = 0;
  private isSending = false;
  private waiters: Waiter[] = [];
  private idleTimer: NodeJS.Timeout | undefined;
  /** Private to the language, so that printing a span with all its properties does not print the URL and its token. */
  #exporter: SpanExporter | undefined;

  constructor(
    private readonly createExporter: () => SpanExporter,
    private readonly timeoutMillis: number,
    /** Removes secrets from an error message. */
    private readonly clean: (text: string) => string,
    /** Host and port of the endpoint, for messages. */
    private readonly host: string,
  ) {
    this.#exporter = createExporter();
  }

  onStart(): void {}

  onEnd(span: ReadableSpan): void {
    if ((span.spanContext().traceFlags & TraceFlags.SAMPLED) === 0) return;
    // A trace without its local root falls apart, and the counts on that span are lost. So it is never dropped, and
    // if several requests are necessary, it is part of the next one.
    const isLocalRoot = span.parentSpanContext === undefined || span.parentSpanContext.isRemote === true;
    if (this.queue.length >= CAPACITY) {
      countDropped(1, `more than ${CAPACITY} spans wait for delivery; further ones are dropped`);
      const dropped = isLocalRoot ? this.queue.pop() : span;
      if (dropped !== undefined) restoreCounts(dropped.attributes);
      if (!isLocalRoot) return;
      this.accepted -= 1;
    }
    this.accepted += 1;
    if (isLocalRoot && this.queue.length >= BATCH_SIZE) {
      this.queue.unshift(span);
      // It is sent before the spans that others wait for.
      for (const waiter of this.waiters) waiter.target = Math.min(waiter.target + 1, this.accepted);
    } else {
      this.queue.push(span);
    }
    if (this.queue.length >= BATCH_SIZE) this.startSending();
    else this.startIdleTimer();
  }

  /**
   * Resolves when all spans that ended before this call were sent or dropped, when an export times out, or after
   * `timeoutMillis`. `isHook` says that no response waits for it, so that failures do not shorten the wait.
   */
  async flush(timeoutMillis: number, isHook = false): Promise<void> {
    if (this.settled >= this.accepted) return;
    const target = this.accepted;
    const done = new Promise<void>((resolve) => this.waiters.push({ target, resolve }));
    this.startSending();
    const waitsFully = isHook || this.consecutiveFailures < MAX_FAILURES;
    await settledWithin(done, waitsFully ? timeoutMillis : Math.min(timeoutMillis, SHORT_WAIT_MILLIS));
  }

  async forceFlush(): Promise<void> {
    await this.flush(this.timeoutMillis, true);
  }

  async shutdown(): Promise<void> {
    await this.forceFlush();
    clearTimeout(this.idleTimer);
    await this.discardExporter();
  }

  private startIdleTimer(): void {
    this.idleTimer ??= setTimeout(() => {
      this.idleTimer = undefined;
      this.startSending();
    }, IDLE_MILLIS).unref();
  }

  private startSending(): void {
    if (this.isSending) return;
    this.isSending = true;
    clearTimeout(this.idleTimer);
    this.idleTimer = undefined;
    void this.sendAll().finally(() => {
      this.isSending = false;
      if (this.retryBatch !== undefined || this.queue.length > 0) this.startIdleTimer();
    });
  }

  private async sendAll(): Promise<void> {
    for (;;) {
      const isRetry = this.retryBatch !== undefined;
      const batch = this.retryBatch ?? this.queue.splice(0, BATCH_SIZE);
      this.retryBatch = undefined;
      if (batch.length === 0) return;
      const failure = await this.send(batch);
      if (failure === undefined) {
        this.consecutiveFailures = 0;
      } else {
        this.consecutiveFailures += 1;
        void this.discardExporter();
        if (failure.retryable && !isRetry) {
          this.retryBatch = batch;
          // Another attempt would probably time out too. The batch is sent again with the next flush.
          if (failure.timedOut) return this.releaseWaiters();
          continue;
        }
        countDropped(batch.length, `spans could not be delivered to ${this.host} and are dropped: ${failure.reason}`);
        for (const { attributes } of batch) restoreCounts(attributes);
      }
      this.settle(batch.length);
    }
  }

  /** Nothing is sent until the next flush, so waiting would only delay responses. */
  private releaseWaiters(): void {
    for (const { resolve } of this.waiters) resolve();
    this.waiters = [];
  }

  private settle(count: number): void {
    this.settled += count;
    this.waiters = this.waiters.filter(({ target, resolve }) => {
      if (target > this.settled) return true;
      resolve();
      return false;
    });
  }

  private async send(batch: ReadableSpan[]): Promise<ExportFailure | undefined> {
    let result: ExportResult | undefined;
    const sent = new Promise<void>((resolve) => {
      const exportBatch = (): void => {
        this.#exporter ??= this.createExporter();
        this.#exporter.export(batch, (given) => {
          result = given;
          resolve();
        });
      };
      try {
        callIn(suppressTracing(ROOT_CONTEXT), exportBatch, undefined, []);
      } catch (error) {
        result = { code: ExportResultCode.FAILED, error: error as Error };
        resolve();
      }
    });
    const inTime = await this.isInTime(sent);
    if (!inTime || result === undefined) {
      return { reason: `no answer within ${this.timeoutMillis} ms`, retryable: true, timedOut: true };
    }
    if (result.code === ExportResultCode.SUCCESS) return undefined;
    return { reason: this.clean(reasonOf(result.error)), retryable: isRetryable(result.error), timedOut: false };
  }

  /**
   * Whether an export is done within the timeout. The time of a freeze does not count: after it, timers fire before a
   * response is read that may have arrived long ago.
   */
  private async isInTime(sent: Promise<void>): Promise<boolean> {
    for (;;) {
      const start = performance.now();
      if (await settledWithin(sent, this.timeoutMillis)) return true;
      if (performance.now() - start <= this.timeoutMillis + LATE_MILLIS) return false;
    }
  }

  /** Shuts the exporter down after a failure, so that the next export opens new connections. */
  private async discardExporter(): Promise<void> {
    const exporter = this.#exporter;
    this.#exporter = undefined;
    try {
      await exporter?.shutdown();
    } catch {
      // Nothing is lost: the spans are still here.
    }
  }
}

/** The message of an export error. The OTLP exporter has the status code of the response in `code`. */
function reasonOf(error: Error | undefined): string {
  const { code, message = 'unknown reason' } = (error ?? {}) as { code?: unknown; message?: unknown };
  return typeof code === 'number' ? `${code} ${String(message)}` : String(message);
}

/**
 * Whether sending again may succeed: not if the server rejected the batch. The OTLP exporter has the status code in
 * `code`, the Jaeger exporter only in the message; an error without a status code is retryable.
 */
function isRetryable(error: Error | undefined): boolean {
  const code =
    (error as { code?: unknown } | undefined)?.code ?? Number(/HTTP (\d{3})\b/.exec(error?.message ?? '')?.[1]);
  return typeof code !== 'number' || Number.isNaN(code) || code >= 500 || code === 408 || code === 429;
}
