/** A call whose work goes on after its method returned. */
export interface OpenCall {
  /** Where it stands among the open ones; kept by these. */
  place: number;
  /** Ends its span, which then says so. */
  abandon(): void;
}

/** The calls of an invocation that are not at their end. An array with places instead of a Set: every async call comes and goes here. */
export class OpenCalls {
  private readonly calls: OpenCall[] = [];
  private over = false;

  /** Whether the invocation is at its end: what began in it may still run, and what comes later is none of it. */
  get isOver(): boolean {
    return this.over;
  }

  add(call: OpenCall): void {
    call.place = this.calls.length;
    this.calls.push(call);
  }

  delete(call: OpenCall): void {
    const { place } = call;
    if (this.calls[place] !== call) return;
    const last = this.calls.pop()!;
    if (last === call) return;
    this.calls[place] = last;
    last.place = place;
  }

  /** Ends what is still open. */
  abandonAll(): void {
    this.over = true;
    for (const call of [...this.calls]) call.abandon();
  }
}
