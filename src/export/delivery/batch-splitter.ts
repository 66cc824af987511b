import type { ReadableSpan } from '@opentelemetry/sdk-trace-base';
import type { DropReason } from '../../tracing/telemetry/delivery-stats';
import { cutSpan, MOST_CUTS } from './cut-span';
import type { Batch, SpanQueue } from './span-queue';
import type { Verdict } from './verdict';

/** The smallest limit for the bytes of a batch that is learned from refusals. */
const LEAST_BATCH_BYTES = 16_384;
/** A batch below this is not too large for any endpoint: one that says so accepts nothing. */
const TINY_BYTES = 4_096;
/** The most requests that search for the spans because of which a batch was refused: twice the halvings of 512. */
const MOST_SEARCHES = 20;

type Problem = Exclude<Verdict, { kind: 'acknowledged' }>;

/**
 * Decides what happens to a batch that was not accepted: it is sent again, split into halves, cut, or dropped.
 *
 * What is too large is split down to the single span, whose values are then cut. A batch that is refused for its content
 * is split as well, so that one span does not lose those of other traces. But an endpoint that accepts nothing is not
 * searched: after some refusals in a row, batches are dropped as a whole. A batch that fails again and again is split if the endpoint accepts others meanwhile.
 */
export class BatchSplitter {
  private acknowledgedAt = Number.NEGATIVE_INFINITY;
  private searches = 0;
  private readonly failedAt = new WeakMap<Batch<ReadableSpan>, number>();

  constructor(private readonly queue: SpanQueue<ReadableSpan>) {}

  /** A batch was accepted. */
  acknowledged(now: number): void {
    this.acknowledgedAt = now;
    this.searches = 0;
    this.queue.raiseLimit();
  }

  /** Puts the batch or its parts back into the queue, or settles it and returns why its spans are dropped. */
  handle(batch: Batch<ReadableSpan>, problem: Problem, now: number): DropReason | undefined {
    if (problem.kind === 'too large') return this.reduce(batch, 'tooLarge');
    if (problem.kind === 'failed') {
      if (this.isCause(batch, problem.mayBeTooLarge, now)) return this.reduce(batch, 'refused');
      this.queue.putBack(batch);
      return undefined;
    }
    if (problem.byContent && batch.spans.length > 1 && this.searches < MOST_SEARCHES) {
      this.searches += 1;
      this.queue.split(batch);
      return undefined;
    }
    this.queue.settle(batch);
    return problem.kind;
  }

  /** Whether a batch, not the endpoint, is the cause of its repeated failure. */
  private isCause(batch: Batch<ReadableSpan>, mayBeTooLarge: boolean, now: number): boolean {
    const first = this.failedAt.get(batch) ?? now;
    this.failedAt.set(batch, first);
    return batch.attempts > 1 && (mayBeTooLarge || this.acknowledgedAt > first);
  }

  private reduce(batch: Batch<ReadableSpan>, reason: DropReason): DropReason | undefined {
    const [span] = batch.spans;
    const isHopeless = this.searches >= MOST_SEARCHES || (reason === 'tooLarge' && batch.bytes < TINY_BYTES);
    this.searches += 1;
    if (batch.spans.length > 1 && !isHopeless) {
      this.queue.limitBatch(Math.max(LEAST_BATCH_BYTES, batch.bytes / 2));
      this.queue.split(batch);
      return undefined;
    }
    if (span !== undefined && batch.cut < MOST_CUTS && !isHopeless) {
      this.queue.replace(batch, cutSpan(span, batch.cut + 1));
      return undefined;
    }
    this.queue.settle(batch);
    return reason;
  }
}
