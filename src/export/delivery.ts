import { ROOT_CONTEXT, TraceFlags } from '@opentelemetry/api';
import { ExportResultCode, suppressTracing } from '@opentelemetry/core';
import type { ExportResult } from '@opentelemetry/core';
import type { ReadableSpan, SpanExporter, SpanProcessor } from '@opentelemetry/sdk-trace-base';
import { performance } from 'node:perf_hooks';
import { restoreCounts, countDropped } from '../diagnostics';
import { callIn } from '../tracing/context/active-context';
import { settledWithin } from '../tracing/telemetry/shared-flush';

const BATCH = 512;
const CAPACITY = 8_192;
/** Spans of a long invocation, or of work after the answer, leave after this time. */
const IDLE_MILLIS = 5_000;
/** After this many failures in a row, answers wait for no more than `IMPATIENT_MILLIS` until an export succeeds. */
const PATIENCE = 3;
const IMPATIENT_MILLIS = 50;
/** A timer that fires later than this was frozen with its instance, or kept waiting by the program. */
const LATE_MILLIS = 100;

/** Why a batch did not arrive. */
interface ExportFailure {
  readonly reason: string;
  /** Whether sending the same again could help. */
  readonly retryable: boolean;
  readonly timedOut: boolean;
}

interface Waiter {
  target: number;
  readonly resolve: () => void;
}

/**
 * Brings ended spans to an exporter, one request at a time, in the order in which they ended: a flush that comes while a
 * request is under way is answered by the next one, which takes all that ended meanwhile. A batch that failed is sent once
 * more, then counted as dropped. Nothing here rejects or throws.
 */
export class Delivery implements SpanProcessor {
  private queue: ReadableSpan[] = [];
  /** A batch that failed once. */
  private returned: ReadableSpan[] | undefined;
  private accepted = 0;
  private settled = 0;
  private failuresInARow = 0;
  private pumping = false;
  private waiters: Waiter[] = [];
  private idle: NodeJS.Timeout | undefined;
  /** Out of sight of whoever prints a span with all that hangs on it: it holds the URL, and so the token. */
  #exporter: SpanExporter | undefined;

  constructor(
    private readonly makeExporter: () => SpanExporter,
    private readonly timeoutMillis: number,
    /** Takes what could be secret out of an error's text. */
    private readonly clean: (text: string) => string,
    /** Host and port of the endpoint, for messages. */
    private readonly host: string,
  ) {
    this.#exporter = makeExporter();
  }

  onStart(): void {}

  onEnd(span: ReadableSpan): void {
    if ((span.spanContext().traceFlags & TraceFlags.SAMPLED) === 0) return;
    // Without its topmost span a trace falls apart, and the counts that this one carries are lost: it never gives way, and goes with the
    // next request where there will be several.
    const isTopmost = span.parentSpanContext === undefined || span.parentSpanContext.isRemote === true;
    if (this.queue.length >= CAPACITY) {
      countDropped(1, `more than ${CAPACITY} spans wait for delivery; further ones are dropped`);
      const given = isTopmost ? this.queue.pop() : span;
      if (given !== undefined) restoreCounts(given.attributes);
      if (!isTopmost) return;
      this.accepted -= 1;
    }
    this.accepted += 1;
    if (isTopmost && this.queue.length >= BATCH) {
      this.queue.unshift(span);
      // It goes before those that others wait for.
      for (const waiter of this.waiters) waiter.target = Math.min(waiter.target + 1, this.accepted);
    } else {
      this.queue.push(span);
    }
    if (this.queue.length >= BATCH) this.pump();
    else this.armIdle();
  }

  /** Resolves when all spans that ended before this call were sent or dropped, when an export met silence, or after `timeoutMillis`; `isHook`: no answer waits for it. */
  async flush(timeoutMillis: number, isHook = false): Promise<void> {
    if (this.settled >= this.accepted) return;
    const target = this.accepted;
    const done = new Promise<void>((resolve) => this.waiters.push({ target, resolve }));
    this.pump();
    await settledWithin(
      done,
      isHook || this.failuresInARow < PATIENCE ? timeoutMillis : Math.min(timeoutMillis, IMPATIENT_MILLIS),
    );
  }

  async forceFlush(): Promise<void> {
    await this.flush(this.timeoutMillis, true);
  }

  async shutdown(): Promise<void> {
    await this.forceFlush();
    clearTimeout(this.idle);
    await this.dropExporter();
  }

  private armIdle(): void {
    this.idle ??= setTimeout(() => {
      this.idle = undefined;
      this.pump();
    }, IDLE_MILLIS).unref();
  }

  private pump(): void {
    if (this.pumping) return;
    this.pumping = true;
    clearTimeout(this.idle);
    this.idle = undefined;
    void this.sendAll().finally(() => {
      this.pumping = false;
      if (this.returned !== undefined || this.queue.length > 0) this.armIdle();
    });
  }

  private async sendAll(): Promise<void> {
    for (;;) {
      const isRetry = this.returned !== undefined;
      const batch = this.returned ?? this.queue.splice(0, BATCH);
      this.returned = undefined;
      if (batch.length === 0) return;
      const failure = await this.send(batch);
      if (failure === undefined) {
        this.failuresInARow = 0;
      } else {
        this.failuresInARow += 1;
        void this.dropExporter();
        if (failure.retryable && !isRetry) {
          this.returned = batch;
          // Sending again into a silent connection would hold up what comes next: it waits for the next flush.
          if (failure.timedOut) return this.giveUpWaiting();
          continue;
        }
        countDropped(batch.length, `spans could not be delivered to ${this.host} and are dropped: ${failure.reason}`);
        for (const { attributes } of batch) restoreCounts(attributes);
      }
      this.settle(batch.length);
    }
  }

  /** Until the next flush nothing is sent: to wait for it would hold answers back for nothing. */
  private giveUpWaiting(): void {
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
        this.#exporter ??= this.makeExporter();
        this.#exporter.export(batch, (answer) => {
          result = answer;
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

  /** Waits for the answer to an export. A freeze does not count: after it the answer may be there, but timers fire before it is read. */
  private async isInTime(sent: Promise<void>): Promise<boolean> {
    for (;;) {
      const began = performance.now();
      if (await settledWithin(sent, this.timeoutMillis)) return true;
      if (performance.now() - began <= this.timeoutMillis + LATE_MILLIS) return false;
    }
  }

  /** After a failure the next export starts with new connections. */
  private async dropExporter(): Promise<void> {
    const exporter = this.#exporter;
    this.#exporter = undefined;
    try {
      await exporter?.shutdown();
    } catch {
      // It has nothing left to lose: its spans are ours.
    }
  }
}

/** What an exporter says, with the status that the server answered, where it says that beside. */
function reasonOf(error: Error | undefined): string {
  const { code, message = 'unknown reason' } = (error ?? {}) as { code?: unknown; message?: unknown };
  return typeof code === 'number' ? `${code} ${String(message)}` : String(message);
}

/** Of the answers that a server gave, only overload and its own failures are worth another try. */
function isRetryable(error: Error | undefined): boolean {
  const code =
    (error as { code?: unknown } | undefined)?.code ?? Number(/HTTP (\d{3})\b/.exec(error?.message ?? '')?.[1]);
  return typeof code !== 'number' || Number.isNaN(code) || code >= 500 || code === 408 || code === 429;
}
