import { isUtf8 } from 'node:buffer';
import { bodySourceOf, collect } from './body';
import type { HttpAnswer } from './http-answer';
import type { HttpSink, Sent } from './http-exchange';

/** A response as FC 3.0 takes it from a built-in runtime. */
export interface FcHttpAnswer {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly isBase64Encoded: boolean;
  readonly body: string;
}

const TEXTUAL = /^(?:text\/|application\/(?:[\w.+-]*\+)?(?:json|xml|javascript|x-www-form-urlencoded)\b)/i;

/** All of an answer's body. Streams are read to their end: a built-in runtime sends nothing before. */
export async function wholeBody({ body }: HttpAnswer): Promise<Buffer> {
  if (body === undefined) return Buffer.alloc(0);
  if (typeof body === 'string') return Buffer.from(body);
  const source = bodySourceOf(body);
  return source === undefined || Buffer.isBuffer(body) ? (body as Buffer) : collect(source);
}

/** `set-cookie`, `Set-cookie`, `sEt-cookie`, …: a map has a name once, and cookies cannot be joined by commas. */
function spelling(name: string, index: number): string {
  return Array.from(name, (letter, place) => ((index >> place) & 1 ? letter.toUpperCase() : letter)).join('');
}

function headerRecord(headers: HttpAnswer['headers']): Record<string, string> {
  const record = Object.create(null) as Record<string, string>;
  for (const [name, value] of headers) {
    if (typeof value === 'string') record[name] = value;
    else if (name !== 'set-cookie') record[name] = value.join(', ');
    else value.forEach((cookie, index) => (record[spelling(name, index)] = cookie));
  }
  return { ...record };
}

/** An answer in FC 3.0's form. What the program gave in that form already comes out as the very object. */
export async function fcHttpAnswer(answer: HttpAnswer): Promise<object> {
  if (answer.asGiven !== undefined) return answer.asGiven;
  const bytes = await wholeBody(answer);
  const type = answer.headers.get('content-type');
  const isText = typeof answer.body === 'string' || (TEXTUAL.test(String(type ?? '')) && isUtf8(bytes));
  const made: FcHttpAnswer = {
    statusCode: answer.statusCode,
    headers: headerRecord(answer.headers),
    isBase64Encoded: !isText,
    body: bytes.toString(isText ? 'utf8' : 'base64'),
  };
  return made;
}

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
