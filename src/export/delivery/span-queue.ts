/** Spans that are sent in one request. */
export interface Batch<S> {
  readonly spans: readonly S[];
  /** The estimated size of the spans when they were added. */
  readonly bytes: number;
  /** The position in the queue of the first span. */
  readonly position: number;
  /** How often it was sent. */
  attempts: number;
  /** How many of its spans were never sent. */
  unsent: number;
  /** How far values of its only span are cut. */
  readonly cut: number;
  /** Set if it is part of a batch that was split: it is not merged with others. */
  readonly isPart: boolean;
}

/** The limits of a {@link SpanQueue}, and how it measures spans. */
export interface QueueSettings<S> {
  /** The most spans that wait, including those of requests in progress. */
  readonly mostSpans: number;
  /** The most bytes that wait, as `sizeOf` estimates them. */
  readonly mostBytes: number;
  /** The most spans of one batch. */
  readonly batchSpans: number;
  /** The most bytes of one batch. A larger span is a batch of its own. */
  readonly batchBytes: number;
  readonly sizeOf: (span: S) => number;
}

/** How much a limit that was learned from a refusal grows with each accepted request. */
const LIMIT_GROWTH = 1.1;
/** Spans are measured when a batch is cut, and at the latest when this many are not measured. */
const MOST_UNMEASURED = 512;

/**
 * The spans that wait for delivery, in the order in which they ended, bounded in number and bytes. Batches that were
 * taken keep counting until they are settled. If it is full, new spans are dropped, never those that were sent: they may
 * have arrived. Local roots are never dropped: their trace would fall apart, and the counts on them would be lost.
 */
export class SpanQueue<S> {
  private fresh: S[] = [];
  /** The sizes of the first spans of `fresh`: the others are not measured. */
  private sizes: number[] = [];
  /** Local roots that ended behind a full batch. They are part of the next one. */
  private roots: S[] = [];
  private returned: Batch<S>[] = [];
  private readonly taken = new Set<Batch<S>>();
  private takenSpans = 0;
  private bytes = 0;
  /** The position of the first span of `fresh`. */
  private front = 0;
  private batchBytes: number;
  private turn = false;

  constructor(private readonly settings: QueueSettings<S>) {
    this.batchBytes = settings.batchBytes;
  }

  /** The number of spans that wait, including those of batches that are taken and not settled. */
  get size(): number {
    return this.fresh.length + this.roots.length + this.takenSpans;
  }

  /** The number of spans that were never part of a batch. */
  get freshSize(): number {
    return this.fresh.length + this.roots.length;
  }

  /** The number of spans that are not part of a request in progress. */
  get untakenSize(): number {
    return this.returned.reduce((total, { spans }) => total + spans.length, this.freshSize);
  }

  /** Whether a batch can be taken. */
  get hasBatch(): boolean {
    return this.returned.length > 0 || this.freshSize > 0;
  }

  /** The position after the last span. */
  get end(): number {
    return this.front + this.fresh.length;
  }

  /** All spans before this position are settled. */
  get settledUpTo(): number {
    let first = this.roots.length > 0 ? Math.max(0, this.front - 1) : this.front;
    for (const { position } of this.taken) first = Math.min(first, position);
    for (const { position } of this.returned) first = Math.min(first, position);
    return first;
  }

  /** Adds a span. Returns the span that is dropped for it, which may be itself. */
  add(span: S, isLocalRoot: boolean): S | undefined {
    if (this.fresh.length - this.sizes.length >= MOST_UNMEASURED) this.measure(this.fresh.length);
    const isFull = this.size >= this.settings.mostSpans || this.bytes >= this.settings.mostBytes;
    if (isFull && !isLocalRoot) return span;
    const dropped = isFull ? this.dropLast() : undefined;
    if (isLocalRoot && this.fresh.length >= this.settings.batchSpans) this.roots.push(span);
    else this.fresh.push(span);
    return dropped;
  }

  /** Takes the next batch: returned ones first, but one that failed repeatedly takes turns with fresh spans. */
  take(): Batch<S> | undefined {
    const [next] = this.returned;
    if (next !== undefined && this.freshSize > 0 && next.attempts > 1) {
      this.turn = !this.turn;
      if (this.turn) return this.track(this.cutBatch(0, 0));
    }
    if (next === undefined) return this.freshSize === 0 ? undefined : this.track(this.cutBatch(0, 0));
    this.returned.shift();
    return this.track(next.isPart || next.cut > 0 ? next : this.merge(next));
  }

  /** Puts back a batch that was not delivered. It is sent again. */
  putBack(batch: Batch<S>): void {
    this.taken.delete(batch);
    this.returned.push(batch);
  }

  /** Removes a batch that was delivered or dropped. */
  settle(batch: Batch<S>): void {
    this.taken.delete(batch);
    this.takenSpans -= batch.spans.length;
    this.bytes -= batch.bytes;
  }

  /** Puts back both halves of a batch of several spans, to be sent next. */
  split(batch: Batch<S>): void {
    this.taken.delete(batch);
    const { spans, position } = batch;
    const middle = Math.ceil(spans.length / 2);
    const sizes = spans.map(this.settings.sizeOf);
    const sum = (from: number, to: number): number => sizes.slice(from, to).reduce((total, size) => total + size, 0);
    const first = sum(0, middle);
    const part = { position, attempts: 0, unsent: 0, cut: 0, isPart: true };
    this.returned.unshift(
      { ...part, spans: spans.slice(0, middle), bytes: first },
      { ...part, spans: spans.slice(middle), bytes: batch.bytes - first },
    );
  }

  /** Puts back a batch with its only span replaced by one whose values are cut, to be sent next. */
  replace(batch: Batch<S>, span: S): void {
    this.taken.delete(batch);
    this.returned.unshift({ ...batch, spans: [span], cut: batch.cut + 1 });
  }

  /** Limits the bytes of further batches: the endpoint refused a larger one as too large. */
  limitBatch(bytes: number): void {
    this.batchBytes = Math.min(this.batchBytes, bytes);
  }

  /** Raises the limit again, a little: the endpoint accepted a request. What it refused may have been temporary. */
  raiseLimit(): void {
    this.batchBytes = Math.min(this.settings.batchBytes, this.batchBytes * LIMIT_GROWTH);
  }

  /** Removes all spans that are not part of a request in progress, and returns them. */
  clear(): S[] {
    const spans = [...this.roots, ...this.fresh, ...this.returned.flatMap((batch) => batch.spans)];
    this.measure(this.fresh.length);
    this.bytes -= this.sizes.reduce((total, size) => total + size, 0);
    for (const batch of this.returned) {
      this.takenSpans -= batch.spans.length;
      this.bytes -= batch.bytes;
    }
    this.front += this.fresh.length;
    this.fresh = [];
    this.sizes = [];
    this.roots = [];
    this.returned = [];
    return spans;
  }

  private track(batch: Batch<S>): Batch<S> {
    this.taken.add(batch);
    return batch;
  }

  /** Adds further returned batches and fresh spans to one that is sent again, up to the limits of a batch. */
  private merge(first: Batch<S>): Batch<S> {
    const spans = [...first.spans];
    let { bytes, position, attempts, unsent } = first;
    for (let next = this.returned[0]; next !== undefined; next = this.returned[0]) {
      const fits =
        spans.length + next.spans.length <= this.settings.batchSpans && bytes + next.bytes <= this.batchBytes;
      if (next.isPart || next.cut > 0 || next.attempts > 1 || !fits) break;
      this.returned.shift();
      spans.push(...next.spans);
      bytes += next.bytes;
      position = Math.min(position, next.position);
      attempts = Math.max(attempts, next.attempts);
      unsent += next.unsent;
    }
    if (attempts <= 1 && this.freshSize > 0) {
      const rest = this.cutBatch(spans.length, bytes);
      spans.push(...rest.spans);
      bytes += rest.bytes;
      unsent += rest.unsent;
    }
    return spans.length === first.spans.length ? first : { ...first, spans, bytes, position, attempts, unsent };
  }

  /** Cuts a batch from the fresh spans that fits beside `spansBefore` spans of `bytesBefore` bytes. */
  private cutBatch(spansBefore: number, bytesBefore: number): Batch<S> {
    const { batchSpans, sizeOf } = this.settings;
    const spans: S[] = [];
    let bytes = 0;
    const fits = (size: number): boolean =>
      (spansBefore + spans.length === 0 || bytesBefore + bytes + size <= this.batchBytes) &&
      spansBefore + spans.length < batchSpans;
    while (this.roots.length > 0) {
      const size = sizeOf(this.roots[0]!);
      if (!fits(size)) break;
      spans.push(this.roots.shift()!);
      bytes += size;
      this.bytes += size;
    }
    const position = spans.length > 0 ? Math.max(0, this.front - 1) : this.front;
    let count = 0;
    for (; count < this.fresh.length; count += 1) {
      this.measure(count + 1);
      if (!fits(this.sizes[count]!)) break;
      spans.push(this.fresh[count]!);
      bytes += this.sizes[count]!;
    }
    this.fresh = this.fresh.slice(count);
    this.sizes = this.sizes.slice(count);
    this.front += count;
    this.takenSpans += spans.length;
    return { spans, bytes, position, attempts: 0, unsent: spans.length, cut: 0, isPart: false };
  }

  private measure(count: number): void {
    for (let index = this.sizes.length; index < count; index += 1) {
      const size = this.settings.sizeOf(this.fresh[index]!);
      this.sizes.push(size);
      this.bytes += size;
    }
  }

  private dropLast(): S | undefined {
    const span = this.fresh.pop();
    if (this.sizes.length > this.fresh.length) this.bytes -= this.sizes.pop()!;
    return span;
  }
}
