import { SpanStatusCode } from '@opentelemetry/api';
import type { Context, Span } from '@opentelemetry/api';
import type { FcContext } from '../fc/context';
import { ATTR_ERROR_TYPE, ATTR_HTTP_RESPONSE_STATUS_CODE, EVENT_FC_TRACED_CANCELLED } from '../semconv';
import { recordFailure } from '../tracing/calls/failure';
import { httpAnswerOf, httpAnswerOfError } from './http-answer';
import type { HttpAnswer } from './http-answer';
import { isHttpError } from './http-error';

/** How a response got out. */
export type Sent = 'sent' | 'cancelled';

/** Takes the one response to a request. */
export interface HttpSink {
  /** Whether something went out already, so that the status cannot change any more. */
  readonly isStarted: boolean;
  /** Takes the response up to its very end. `cancelled`: the client went away. Rejects with what the body failed with. */
  send(answer: HttpAnswer): Promise<Sent>;
  /** Breaks a response off that has begun. */
  breakOff(): void;
}

/** The request whose response is made. */
export interface HttpExchange {
  readonly context: FcContext;
  readonly sink: HttpSink;
  readonly span: Span | undefined;
  readonly active: Context;
}

/** What came of a request. */
export interface Outcome {
  readonly statusCode: number;
  /** Whether the program failed: an error that is no `HttpError`, or a body that failed half-way. */
  readonly failed: boolean;
}

/** Nobody else hears of an error that a client is not to see. */
function report({ context }: HttpExchange, error: unknown): void {
  try {
    if (typeof context.logger?.error === 'function') context.logger.error(error);
    // oxlint-disable-next-line no-console -- FC's function log is what the console prints; the client must not see it, and nobody else would
    else console.error(error);
  } catch {
    // A logger that fails must not take the answer along.
  }
}

/** Sends a response and says on the span what of it got out: no status where the client was gone before. */
async function deliver({ sink, span }: HttpExchange, answer: HttpAnswer): Promise<void> {
  let sent: Sent | undefined;
  try {
    sent = await sink.send(answer);
  } finally {
    if (sent === 'sent' || sink.isStarted) span?.setAttribute(ATTR_HTTP_RESPONSE_STATUS_CODE, answer.statusCode);
    if (sent === 'cancelled') span?.addEvent(EVENT_FC_TRACED_CANCELLED);
  }
}

async function send(request: HttpExchange, answer: HttpAnswer): Promise<void> {
  const { span } = request;
  if (span !== undefined && answer.statusCode >= 500) {
    span.setAttribute(ATTR_ERROR_TYPE, String(answer.statusCode));
    span.setStatus({ code: SpanStatusCode.ERROR });
  }
  await deliver(request, answer);
}

/**
 * Runs the work behind a request and gives its response to the sink: the value's, or the error's. Never rejects: the client gets a
 * response in any case, or the end of its connection when one had begun.
 */
export async function exchange(request: HttpExchange, work: () => Promise<unknown>): Promise<Outcome> {
  const { sink, span, active } = request;
  try {
    const answer = httpAnswerOf(await work());
    await send(request, answer);
    return { statusCode: answer.statusCode, failed: false };
  } catch (error) {
    const isExpected = isHttpError(error);
    if (!isExpected || sink.isStarted) report(request, error);
    if (span !== undefined && (!isExpected || error.statusCode >= 500 || sink.isStarted)) {
      recordFailure(span, error, undefined, active);
    }
    if (!sink.isStarted) return { statusCode: await answerError(request, error), failed: !isExpected };
    sink.breakOff();
    return { statusCode: 500, failed: true };
  }
}

/** Gives the response to an error; where even that cannot be sent, an HttpError's own headers or body say, a bare 500. */
async function answerError(request: HttpExchange, error: unknown): Promise<number> {
  const { sink } = request;
  try {
    const answer = httpAnswerOfError(error);
    // The error itself is on the span, if it is a failure: its type stays.
    await deliver(request, answer);
    return answer.statusCode;
  } catch (second) {
    report(request, second);
    if (sink.isStarted) sink.breakOff();
    else await send(request, httpAnswerOfError(undefined)).catch(() => sink.breakOff());
    return 500;
  }
}
