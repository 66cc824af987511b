// The request id in a line of FC's runtime.
const REQUEST_ID = /^\d{4}-\d\d-\d\dT[\d:.]+Z (\S+) \[\w+\] /;
const MAX_LINES_PER_CALL = 10_000;
const MAX_CALLS = 1000;
const MORE = '… more lines were not kept';

/** The lines that functions log, by the request id in them. A line may arrive after the response of its call. */
export class CallLogs {
  readonly #lines = new Map<string, string[]>();

  readonly add = (line: string): void => {
    // Other lines, such as those of a server, belong to the call that is printed next.
    const id = REQUEST_ID.exec(line)?.[1] ?? '';
    const lines = this.#lines.get(id) ?? [];
    if (lines.length <= MAX_LINES_PER_CALL) lines.push(lines.length === MAX_LINES_PER_CALL ? MORE : line);
    this.#lines.set(id, lines);
    if (this.#lines.size > MAX_CALLS) this.#lines.delete(this.#lines.keys().next().value!);
  };

  /** Removes and returns the lines of a call, and those without a request id. */
  take(requestId: string): string[] {
    const lines = ['', requestId].flatMap((id) => this.#lines.get(id) ?? []);
    this.#lines.delete('');
    this.#lines.delete(requestId);
    return lines;
  }
}
