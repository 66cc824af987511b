/** What a collector knows about one span. */
interface Entry {
  /** How often it was in a request whose body was read to the end. */
  read: number;
  /** How often it was stored: a backend shows it as many times. */
  stored: number;
  /** How often a response that says so was written completely. */
  acknowledged: number;
}

/** The spans that a collector has read, stored and acknowledged, by span id. */
export class Ledger {
  readonly #entries = new Map<string, Entry>();

  /** Counts spans whose request was read. */
  read(spanIds: readonly string[]): void {
    for (const id of spanIds) this.#entry(id).read += 1;
  }

  store(spanIds: readonly string[]): void {
    for (const id of spanIds) this.#entry(id).stored += 1;
  }

  acknowledge(spanIds: readonly string[]): void {
    for (const id of spanIds) this.#entry(id).acknowledged += 1;
  }

  /** The ids of all spans that were stored. */
  stored(): string[] {
    return this.#idsWhere(({ stored }) => stored > 0);
  }

  /** The ids of the spans that were stored more than once. */
  storedTwice(): string[] {
    return this.#idsWhere(({ stored }) => stored > 1);
  }

  /** The ids of the spans whose sender knows that they were stored. */
  acknowledged(): string[] {
    return this.#idsWhere(({ acknowledged }) => acknowledged > 0);
  }

  /** How often a span was read, stored and acknowledged. */
  of(spanId: string): Readonly<Entry> {
    return this.#entries.get(spanId) ?? { read: 0, stored: 0, acknowledged: 0 };
  }

  clear(): void {
    this.#entries.clear();
  }

  #idsWhere(predicate: (entry: Entry) => boolean): string[] {
    return [...this.#entries].filter(([, entry]) => predicate(entry)).map(([id]) => id);
  }

  #entry(id: string): Entry {
    let entry = this.#entries.get(id);
    if (entry === undefined) this.#entries.set(id, (entry = { read: 0, stored: 0, acknowledged: 0 }));
    return entry;
  }
}
