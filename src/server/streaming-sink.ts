import type { IncomingMessage, ServerResponse } from 'node:http';
import { bodySourceOf } from '../http/body';
import type { BodySource } from '../http/body';
import type { HttpAnswer } from '../http/http-answer';
import type { HttpSink, Outcome, Sent } from '../http/http-exchange';
import { settledWithin } from '../tracing/telemetry/shared-flush';
import { whenClosed } from './connections';

const CLEANUP_MILLIS = 1_000;
/** Statuses that have no body: RFC 9110, sections 6.4.1 and 15. */
const BODILESS = new Set([204, 205, 304]);
/** What the connection sees to by itself. */
const CONNECTION_HEADERS = new Set([
  'connection',
  'keep-alive',
  'transfer-encoding',
  'content-length',
  'trailer',
  'upgrade',
]);

function wholeBytes(body: unknown): Buffer {
  if (body === undefined) return Buffer.alloc(0);
  return Buffer.isBuffer(body) ? body : Buffer.from(body as string);
}

/** What a HEAD tells of the body that a GET would bring: what the program says, else the length of what it gave, if that is known. */
function lengthForHead({ headers, body }: HttpAnswer, known: number | undefined): number | undefined {
  const told = headers.get('content-length');
  if (typeof told === 'string' && /^\d+$/.test(told) && (body === undefined || known === undefined)) {
    return Number(told);
  }
  return known;
}

/** Writes a response to an HTTP connection, streams as they come and no faster than the client reads; all but its end. */
export class StreamingSink implements HttpSink {
  isStarted = false;
  private rest: Buffer | undefined;
  private onGone: () => void = () => {};
  private isGone: boolean;

  private readonly isHead: boolean;

  constructor(
    request: IncomingMessage,
    private readonly response: ServerResponse,
  ) {
    this.isHead = request.method === 'HEAD';
    this.isGone = response.destroyed;
    whenClosed(request, response, () => {
      this.isGone = true;
      this.onGone();
    });
    // A connection that breaks is seen by 'close'.
    response.on('error', () => {});
  }

  async send(answer: HttpAnswer): Promise<Sent> {
    const source =
      typeof answer.body === 'string' || Buffer.isBuffer(answer.body) ? undefined : bodySourceOf(answer.body);
    const isBodiless = this.isHead || BODILESS.has(answer.statusCode);
    if (this.isGone || (isBodiless && source !== undefined)) void source?.cancel();
    if (this.isGone) return 'cancelled';
    this.setHead(answer, source);
    if (source === undefined || isBodiless) {
      const bytes = wholeBytes(source === undefined ? answer.body : undefined);
      const length = this.isHead
        ? lengthForHead(answer, source === undefined ? bytes.length : undefined)
        : bytes.length;
      if (!BODILESS.has(answer.statusCode) && length !== undefined) this.response.setHeader('content-length', length);
      this.rest = isBodiless ? undefined : bytes;
      return 'sent';
    }
    return this.stream(source, String(answer.headers.get('content-type') ?? ''));
  }

  /** The end of the response, and what FC is to hear of it. */
  finish({ failed }: Outcome): void {
    if (this.isGone || this.response.destroyed) return;
    if (!this.response.headersSent) this.response.setHeader('x-fc-status', failed ? '404' : '200');
    this.response.end(this.rest);
  }

  breakOff(): void {
    this.response.destroy();
  }

  private setHead({ statusCode, headers }: HttpAnswer, source: BodySource | undefined): void {
    try {
      for (const name of this.response.getHeaderNames()) this.response.removeHeader(name);
      for (const [name, value] of headers) if (!CONNECTION_HEADERS.has(name)) this.response.setHeader(name, value);
      this.response.statusCode = statusCode;
    } catch (error) {
      void source?.cancel();
      for (const name of this.response.getHeaderNames()) this.response.removeHeader(name);
      throw error;
    }
  }

  private async stream(source: BodySource, type: string): Promise<Sent> {
    // Who listens for events waits for the connection to open; of all else the first piece decides whether it is an error.
    if (type.startsWith('text/event-stream')) this.start();
    for (;;) {
      const piece = await this.orGone(source.next());
      if (piece === 'gone') break;
      if (!this.isStarted) this.start();
      if (piece === undefined) return 'sent';
      if (piece.length > 0 && !this.response.write(piece) && (await this.orGone(this.drained())) === 'gone') break;
    }
    // Its `finally` belongs to the invocation, but must not hold it for ever.
    await settledWithin(source.cancel(), CLEANUP_MILLIS);
    return 'cancelled';
  }

  private start(): void {
    this.isStarted = true;
    this.response.setHeader('x-fc-status', '200');
    this.response.flushHeaders();
  }

  private drained(): Promise<undefined> {
    return new Promise((resolve) => this.response.once('drain', () => resolve(undefined)));
  }

  /** What comes first. A promise made for each piece, since one that lives as long as the response would collect listeners. */
  private orGone<T>(work: Promise<T>): Promise<T | 'gone'> {
    return new Promise((resolve, reject) => {
      this.onGone = () => resolve('gone');
      if (this.isGone) resolve('gone');
      work.then(resolve, reject);
    });
  }
}
