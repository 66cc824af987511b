import { wholeBody } from './fc-answer';
import type { HttpAnswer } from './http-answer';
import type { HttpSink, Sent } from './http-exchange';

/** Holds a whole response until the trace is delivered, since FC takes the answer for the end. */
export class CollectingSink<T> implements HttpSink {
  readonly isStarted = false;
  taken: T | undefined;

  /** `convert` brings an answer into FC's form, its body read to the end. */
  constructor(private readonly convert: (answer: HttpAnswer) => Promise<T>) {}

  async send(answer: HttpAnswer): Promise<Sent> {
    this.taken = await this.convert(answer);
    return 'sent';
  }

  breakOff(): void {}
}

/** An answer whose body is all there. */
export async function withWholeBody(answer: HttpAnswer): Promise<HttpAnswer & { readonly body: Buffer }> {
  return { ...answer, body: await wholeBody(answer) };
}
