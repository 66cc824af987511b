import type { ServerResponse } from 'node:http';
import { bodySourceOf } from '../http/body';
import type { BodySource } from '../http/body';
import type { HttpAnswer } from '../http/http-answer';
import type { HttpSink, Outcome, Sent } from '../http/http-exchange';
import { settledWithin } from '../tracing/telemetry/shared-flush';
import type { OpenResponse } from './connections';

/** How long an invocation waits for a stream to clean up, in milliseconds. */
const CLEANUP_MILLIS = 1_000;
/** Status codes of responses without a body: RFC 9110, sections 6.4.1 and 15. */
const BODILESS = new Set([204, 205, 304]);
/** Headers that Node.js manages, and the one by which FC counts failures. */
const MANAGED_HEADERS = new Set([
  'connection',
  'keep-alive',
  'transfer-encoding',
  'content-length',
  'trailer',
  'upgrade',
  'x-fc-status',
]);

const NON_ASCII = /[^\0-\x7f]/;

/**
 * The body of a response that is sent in one piece. Node.js writes a string together with the headers, all of it in
 * UTF-8. Header values are in Latin-1, so a string is encoded first if one of them is not ASCII.
 */
function wholeBody(body: unknown, headers: HttpAnswer['headers']): Buffer | string {
  if (typeof body !== 'string') return (body as Buffer | undefined) ?? '';
  for (const value of headers.values()) if (NON_ASCII.test(String(value))) return Buffer.from(body);
  return body;
}

/**
 * The content length in the response to a HEAD request: that of a GET request. It is the program's own header if it
 * returned no body or a stream, otherwise the length of the body.
 */
function lengthForHead({ headers, body }: HttpAnswer, bodyLength: number | undefined): number | undefined {
  const declared = headers.get('content-length');
  if (typeof declared === 'string' && /^\d+$/.test(declared) && (body === undefined || bodyLength === undefined)) {
    return Number(declared);
  }
  return bodyLength;
}

function ignore(): void {}

/** Sends a response over an HTTP connection, except for its end. A stream is read no faster than the client reads. */
export class StreamingSink implements HttpSink {
  isStarted = false;
  /** The headers of the last answer, which could not be sent if there is another one. */
  private head: HttpAnswer['headers'] | undefined;
  private rest: Buffer | string | undefined;
  private readonly response: ServerResponse;
  private readonly isHead: boolean;

  constructor(private readonly opened: OpenResponse) {
    this.response = opened.response;
    this.isHead = opened.request.method === 'HEAD';
    // A broken connection is handled by 'close'.
    this.response.on('error', ignore);
  }

  send(answer: HttpAnswer): Sent | Promise<Sent> {
    const source =
      typeof answer.body === 'string' || Buffer.isBuffer(answer.body) ? undefined : bodySourceOf(answer.body);
    const isBodiless = this.isHead || BODILESS.has(answer.statusCode);
    if (this.opened.isClosed || (isBodiless && source !== undefined)) void source?.cancel();
    if (this.opened.isClosed) return 'cancelled';
    this.setHead(answer, source);
    if (source === undefined || isBodiless) {
      const body = wholeBody(source === undefined ? answer.body : undefined, answer.headers);
      const bodyLength = Buffer.byteLength(body);
      const length = this.isHead ? lengthForHead(answer, source === undefined ? bodyLength : undefined) : bodyLength;
      if (!BODILESS.has(answer.statusCode) && length !== undefined) this.response.setHeader('content-length', length);
      this.rest = isBodiless ? undefined : body;
      return 'sent';
    }
    return this.stream(source, String(answer.headers.get('content-type') ?? ''));
  }

  /** Ends the response, with the status for FC if the headers have not been sent. */
  finish({ failed }: Outcome): void {
    if (this.opened.isClosed || this.response.destroyed) return;
    if (!this.response.headersSent) this.setFcStatus(failed);
    this.response.end(this.rest);
  }

  abort(): void {
    this.response.destroy();
  }

  /** Sets the header by which FC counts failures. Without it, FC counts the request as a success. */
  private setFcStatus(failed: boolean): void {
    if (failed || this.response.statusCode >= 400) this.response.setHeader('x-fc-status', failed ? '404' : '200');
  }

  private setHead({ statusCode, headers }: HttpAnswer, source: BodySource | undefined): void {
    try {
      this.removeHead();
      this.head = headers;
      for (const [name, value] of headers) if (!MANAGED_HEADERS.has(name)) this.response.setHeader(name, value);
      this.response.statusCode = statusCode;
    } catch (error) {
      void source?.cancel();
      this.removeHead();
      throw error;
    }
  }

  /** Removes the headers of an earlier answer. Those of other listeners of the server stay. */
  private removeHead(): void {
    if (this.head === undefined) return;
    for (const name of this.head.keys()) if (!MANAGED_HEADERS.has(name)) this.response.removeHeader(name);
    this.response.removeHeader('content-length');
    this.head = undefined;
  }

  private async stream(source: BodySource, type: string): Promise<Sent> {
    // A client of server-sent events waits for the headers. For other streams, the headers wait for the first piece,
    // which may be an error.
    if (type.startsWith('text/event-stream')) this.start();
    for (;;) {
      const piece = await this.orClosed(source.next());
      if (piece === 'closed') break;
      if (!this.isStarted) this.start();
      if (piece === undefined) return 'sent';
      if (piece.length > 0 && !this.response.write(piece) && (await this.orClosed(this.drained())) === 'closed') break;
    }
    // The cleanup of the stream is part of the invocation, but must not block it forever.
    await settledWithin(source.cancel(), CLEANUP_MILLIS);
    return 'cancelled';
  }

  private start(): void {
    this.isStarted = true;
    this.setFcStatus(false);
    // Sends the headers. `flushHeaders` sends them in UTF-8.
    this.response.write('', 'latin1');
  }

  private drained(): Promise<undefined> {
    return new Promise((resolve) => this.response.once('drain', () => resolve(undefined)));
  }

  /**
   * Resolves as `work` does, or to `closed` if the connection is closed before. A new promise each time: a single one
   * for the whole response would accumulate reactions.
   */
  private orClosed<T>(work: Promise<T>): Promise<T | 'closed'> {
    return new Promise((resolve, reject) => {
      this.opened.onClose = () => resolve('closed');
      if (this.opened.isClosed) resolve('closed');
      work.then(resolve, reject);
    });
  }
}
