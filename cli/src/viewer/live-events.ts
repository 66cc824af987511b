import type { ServerResponse } from 'node:http';
import type { TraceSummary } from './model/summary';
import type { TraceStore } from './trace-store';

// Spans arrive in many requests at once; the page needs no more than this.
const INTERVAL_MS = 100;
const PING_MS = 15_000;

/** Sends the changes of a store to open pages, as server-sent events. */
export class LiveEvents {
  readonly #store: TraceStore;
  readonly #responses = new Set<ServerResponse>();
  readonly #changed = new Set<string>();
  readonly #removed = new Set<string>();
  readonly #unsubscribe: () => void;
  #timer: NodeJS.Timeout | undefined;
  #ping: NodeJS.Timeout | undefined;

  constructor(store: TraceStore) {
    this.#store = store;
    this.#unsubscribe = store.subscribe(({ changed, removed }) => {
      if (this.#responses.size === 0) return;
      for (const traceId of changed) this.#changed.add(traceId);
      for (const traceId of removed) this.#removed.add(traceId);
      this.#timer ??= setTimeout(() => this.#send(), INTERVAL_MS);
    });
  }

  /** Keeps a response open and sends it each change from now on. */
  add(response: ServerResponse): void {
    response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8' });
    response.write(': connected\n\n');
    this.#responses.add(response);
    this.#ping ??= setInterval(() => this.#write(': ping\n\n'), PING_MS).unref();
    response.on('close', () => this.#responses.delete(response));
  }

  close(): void {
    this.#unsubscribe();
    clearTimeout(this.#timer);
    clearInterval(this.#ping);
    for (const response of this.#responses) response.end();
  }

  #send(): void {
    this.#timer = undefined;
    const changed = [...this.#changed]
      .map((traceId) => this.#store.summary(traceId))
      .filter((summary): summary is TraceSummary => summary !== undefined);
    const removed = [...this.#removed].filter((traceId) => this.#store.get(traceId) === undefined);
    this.#changed.clear();
    this.#removed.clear();
    this.#write(`event: change\ndata: ${JSON.stringify({ changed, removed, stats: this.#store.stats() })}\n\n`);
  }

  #write(text: string): void {
    for (const response of this.#responses) {
      // A page that does not read, such as one in a suspended laptop, connects again later.
      if (response.writableLength > 4 * 1024 * 1024) response.destroy();
      else response.write(text);
    }
  }
}
