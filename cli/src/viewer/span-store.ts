import type { SpanRecord } from 'fc-traced/testing';

/** Whether the expected spans have arrived. Called again whenever spans arrive. */
export type SpanPredicate = (spans: readonly SpanRecord[]) => boolean;

/** Stores spans in order of arrival and resolves promises that wait for them. */
export class SpanStore {
  #spans: SpanRecord[] = [];
  readonly #checks = new Set<() => void>();

  all(): readonly SpanRecord[] {
    return [...this.#spans];
  }

  add(spans: readonly SpanRecord[]): void {
    this.#spans.push(...spans);
    for (const check of [...this.#checks]) check();
  }

  clear(): void {
    this.#spans = [];
  }

  /**
   * Resolves to all spans as soon as the predicate holds. Rejects after `milliseconds` with the names of the spans that
   * arrived.
   */
  waitFor(predicate: SpanPredicate, milliseconds: number): Promise<readonly SpanRecord[]> {
    return new Promise((resolve, reject) => {
      const finish = (settle: () => void): void => {
        clearTimeout(timer);
        this.#checks.delete(check);
        settle();
      };
      const check = (): void => {
        try {
          if (predicate(this.all())) finish(() => resolve(this.all()));
        } catch (error) {
          finish(() => reject(error));
        }
      };
      const timer = setTimeout(() => {
        const names = this.#spans.map((span) => span.name).join(', ') || 'none';
        finish(() =>
          reject(new Error(`the expected spans did not arrive within ${milliseconds} ms; arrived: ${names}`)),
        );
      }, milliseconds);
      this.#checks.add(check);
      check();
    });
  }
}
