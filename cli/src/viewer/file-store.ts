import { closeSync, existsSync, openSync, readSync, renameSync, writeSync } from 'node:fs';
import type { TraceData } from './model/span';
import { toOtlpJson } from './otlp-json';
import { traceDataOf } from './otlp-records';
import type { TraceStore } from './trace-store';

const CHUNK_BYTES = 1024 * 1024;

function* linesOf(path: string): Generator<string> {
  const file = openSync(path, 'r');
  const chunk = Buffer.alloc(CHUNK_BYTES);
  let pending: Buffer[] = [];
  try {
    for (let read = readSync(file, chunk); read > 0; read = readSync(file, chunk)) {
      let start = 0;
      for (let end = chunk.indexOf(10); end !== -1 && end < read; end = chunk.indexOf(10, start)) {
        yield Buffer.concat([...pending, chunk.subarray(start, end)]).toString('utf8');
        pending = [];
        start = end + 1;
      }
      pending.push(Buffer.from(chunk.subarray(start, read)));
      chunk.fill(0);
    }
    yield Buffer.concat(pending).toString('utf8');
  } finally {
    closeSync(file);
  }
}

/**
 * Keeps the traces of a store in a file, in the format of OpenTelemetry's file exporter: one object of OTLP JSON a line.
 * The file is read at the start. When it has become larger than twice `maxBytes`, it is replaced by one that contains
 * only what the store still has.
 */
export class FileStore {
  readonly #path: string;
  readonly #store: TraceStore;
  readonly #maxBytes: number;
  #file: number | undefined;
  #bytes = 0;

  /** Throws if the file cannot be opened. Lines that are not OTLP JSON, such as one that was cut off, are skipped. */
  constructor(path: string, store: TraceStore, maxBytes: number) {
    this.#path = path;
    this.#store = store;
    this.#maxBytes = maxBytes;
    const endsWithLineBreak = !existsSync(path) || this.#load() === '';
    this.#file = openSync(path, 'a', 0o600);
    // The last line is incomplete if the process was killed while it wrote.
    if (!endsWithLineBreak) writeSync(this.#file, '\n');
  }

  append(data: TraceData): void {
    if (this.#file === undefined) return;
    this.#bytes += writeSync(this.#file, `${JSON.stringify(toOtlpJson(data))}\n`);
    if (this.#bytes > 2 * this.#maxBytes) this.#compact();
  }

  close(): void {
    if (this.#file !== undefined) closeSync(this.#file);
    this.#file = undefined;
  }

  /** Reads all lines, and returns what is after the last line break. */
  #load(): string {
    let last = '';
    for (const line of linesOf(this.#path)) {
      this.#bytes += line.length + 1;
      last = line;
      try {
        this.#store.add(traceDataOf(JSON.parse(line)));
      } catch {
        // Whatever it is, the other lines are still of use.
      }
    }
    return last;
  }

  #compact(): void {
    const next = `${this.#path}.next`;
    const file = openSync(next, 'w', 0o600);
    this.#bytes = 0;
    for (const traceId of this.#store.traceIds().reverse()) {
      const trace = this.#store.get(traceId);
      if (trace !== undefined) this.#bytes += writeSync(file, `${JSON.stringify(toOtlpJson(trace))}\n`);
    }
    this.close();
    renameSync(next, this.#path);
    this.#file = file;
  }
}
