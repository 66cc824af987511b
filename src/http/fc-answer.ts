import { isUtf8 } from 'node:buffer';
import { bodySourceOf, collect } from './body';
import type { HttpAnswer } from './http-answer';
import type { HttpSink, Sent } from './http-exchange';

/** A response in the format of FC 3.0 for built-in runtimes. */
export interface FcHttpAnswer {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly isBase64Encoded: boolean;
  readonly body: string;
}

const TEXT_TYPE = /^(?:text\/|application\/(?:[\w.+-]*\+)?(?:json|xml|javascript|x-www-form-urlencoded)\b)/i;

/** Reads the whole body of an answer. A built-in runtime cannot send a stream, so streams are read to their end. */
export async function wholeBody({ body }: HttpAnswer): Promise<Buffer> {
  if (body === undefined) return Buffer.alloc(0);
  if (typeof body === 'string') return Buffer.from(body);
  const source = bodySourceOf(body);
  return source === undefined || Buffer.isBuffer(body) ? (body as Buffer) : collect(source);
}

/**
 * Spells a header name differently for each index: `set-cookie`, `Set-cookie`, `sEt-cookie`, … FC takes an object of
 * headers, and several cookies cannot be joined by commas.
 */
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

/**
 * Converts an answer to the format of FC 3.0. A response that the program returned in that format is returned as the
 * same object.
 */
export async function fcHttpAnswer(answer: HttpAnswer): Promise<object> {
  if (answer.fcResponse !== undefined) return answer.fcResponse;
  const bytes = await wholeBody(answer);
  const type = answer.headers.get('content-type');
  const isText = typeof answer.body === 'string' || (TEXT_TYPE.test(String(type ?? '')) && isUtf8(bytes));
  const made: FcHttpAnswer = {
    statusCode: answer.statusCode,
    headers: headerRecord(answer.headers),
    isBase64Encoded: !isText,
    body: bytes.toString(isText ? 'utf8' : 'base64'),
  };
  return made;
}

/** Keeps a whole response, for runtimes to which a function returns its response as one value. */
export class CollectingSink<T> implements HttpSink {
  readonly isStarted = false;
  response: T | undefined;

  /** `convert` converts an answer to FC's format and reads its body. */
  constructor(private readonly convert: (answer: HttpAnswer) => Promise<T>) {}

  async send(answer: HttpAnswer): Promise<Sent> {
    this.response = await this.convert(answer);
    return 'sent';
  }

  abort(): void {}
}

/** Returns an answer with its whole body. */
export async function withWholeBody(answer: HttpAnswer): Promise<HttpAnswer & { readonly body: Buffer }> {
  return { ...answer, body: await wholeBody(answer) };
}
