import type { SpanRecord } from 'fc-traced/testing';

/** Is it all there? Asked again whenever spans arrive. */
export type SpanPredicate = (spans: readonly SpanRecord[]) => boolean;

/** Keeps what arrived, in order of arrival, and tells those who wait for it. */
export class SpanStore {
  #spans: SpanRecord[] = [];
  readonly #waiting = new Set<() => void>();

  all(): readonly SpanRecord[] {
    return [...this.#spans];
  }

  add(spans: readonly SpanRecord[]): void {
    this.#spans.push(...spans);
    for (const look of [...this.#waiting]) look();
  }

  clear(): void {
    this.#spans = [];
  }

  /** Resolves to the spans once `predicate` holds; rejects after `milliseconds`, naming what was there. */
  waitFor(predicate: SpanPredicate, milliseconds: number): Promise<readonly SpanRecord[]> {
    return new Promise((resolve, reject) => {
      const finish = (settle: () => void): void => {
        clearTimeout(timer);
        this.#waiting.delete(look);
        settle();
      };
      const look = (): void => {
        try {
          if (predicate(this.all())) finish(() => resolve(this.all()));
        } catch (error) {
          finish(() => reject(error));
        }
      };
      const timer = setTimeout(() => {
        const names = this.#spans.map((span) => span.name).join(', ') || 'none';
        finish(() =>
          reject(new Error(`the awaited spans did not arrive within ${milliseconds} ms; arrived: ${names}`)),
        );
      }, milliseconds);
      this.#waiting.add(look);
      look();
    });
  }
}
