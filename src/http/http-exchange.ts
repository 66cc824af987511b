import { SpanStatusCode } from '@opentelemetry/api';
import type { Context, Span } from '@opentelemetry/api';
import { types } from 'node:util';
import type { FcContext } from '../fc/context';
import { ATTR_ERROR_TYPE, ATTR_HTTP_RESPONSE_STATUS_CODE, EVENT_FC_TRACED_CANCELLED } from '../semconv';
import { isDisconnect, recordFailure } from '../tracing/calls/failure';
import { httpAnswerOf, httpAnswerOfError } from './http-answer';
import type { HttpAnswer } from './http-answer';
import { isHttpError } from './http-error';

/** The result of sending a response. `cancelled`: the client disconnected. */
export type Sent = 'sent' | 'cancelled';

/** Receives the response to one request. */
export interface HttpSink {
  /** Whether a part of the response has been sent, so that its status can no longer change. */
  readonly isStarted: boolean;
  /** Sends the response except for its end. Throws, or rejects with the error of the body. */
  send(answer: HttpAnswer): Sent | Promise<Sent>;
  /** Aborts a response that has been started. */
  abort(): void;
}

/** A request that is being handled. */
export interface HttpExchange {
  readonly context: FcContext;
  readonly sink: HttpSink;
  readonly span: Span | undefined;
  readonly active: Context;
}

/** The result of a request. */
export interface Outcome {
  readonly statusCode: number;
  /** Whether the program failed: with an error other than an `HttpError`, or in the middle of the body. */
  readonly failed: boolean;
}

// Those of the language, also if the program replaced the global `Promise` by another implementation.
const { constructor: NativePromise, then: nativeThen } = Object.getPrototypeOf((async () => {})()) as Promise<unknown>;

/** Logs an error, because the client does not get its details. */
function report({ context }: HttpExchange, error: unknown): void {
  try {
    if (typeof context.logger?.error === 'function') context.logger.error(error);
    // oxlint-disable-next-line no-console -- FC's function log contains what the console prints
    else console.error(error);
  } catch {
    // A logger that throws must not affect the response.
  }
}

/**
 * Sends a response and records its status on the span, or the event `fc_traced.cancelled` if the client disconnected.
 */
function sendAndRecord({ sink, span }: HttpExchange, answer: HttpAnswer): Promise<void> | undefined {
  const sending = sink.send(answer);
  const record = (sent: Sent | undefined): void => {
    if (sent === 'sent' || sink.isStarted) span?.setAttribute(ATTR_HTTP_RESPONSE_STATUS_CODE, answer.statusCode);
    if (sent === 'cancelled') span?.addEvent(EVENT_FC_TRACED_CANCELLED);
  };
  // Most responses are sent in one piece, for which nothing waits.
  if (typeof sending === 'string') {
    record(sending);
    return undefined;
  }
  return sending.then(record, (error: unknown) => {
    record(undefined);
    throw error;
  });
}

function send(request: HttpExchange, answer: HttpAnswer): Promise<void> | undefined {
  const { span } = request;
  if (span !== undefined && answer.statusCode >= 500) {
    span.setAttribute(ATTR_ERROR_TYPE, String(answer.statusCode));
    span.setStatus({ code: SpanStatusCode.ERROR });
  }
  return sendAndRecord(request, answer);
}

/**
 * Runs the work of a request and sends its value or error as a response to the sink. Never rejects. If the work fails
 * after the response has been started, the response is aborted. If it fails because the client disconnected, the span gets
 * the event `fc_traced.cancelled`.
 */
export function exchange(request: HttpExchange, work: () => unknown): Promise<Outcome> {
  let value: unknown;
  try {
    value = work();
    // As `await` does, but with one promise less, each of which takes long where async hooks are in use.
    if (types.isPromise(value) && value.constructor === NativePromise) {
      return nativeThen.call(
        value,
        (result) => succeed(request, result),
        (error: unknown) => fail(request, error),
      ) as Promise<Outcome>;
    }
  } catch (error) {
    return fail(request, error);
  }
  return awaited(request, value);
}

async function awaited(request: HttpExchange, value: unknown): Promise<Outcome> {
  try {
    return await succeed(request, await value);
  } catch (error) {
    return fail(request, error);
  }
}

function succeed(request: HttpExchange, value: unknown): Outcome | Promise<Outcome> {
  try {
    const answer = httpAnswerOf(value);
    const outcome: Outcome = { statusCode: answer.statusCode, failed: false };
    const sending = send(request, answer);
    if (sending === undefined) return outcome;
    return sending.then(
      () => outcome,
      (error: unknown) => fail(request, error),
    );
  } catch (error) {
    return fail(request, error);
  }
}

async function fail(request: HttpExchange, error: unknown): Promise<Outcome> {
  const { sink, span, active } = request;
  if (isDisconnect(error)) {
    span?.addEvent(EVENT_FC_TRACED_CANCELLED);
    sink.abort();
    return { statusCode: 500, failed: false };
  }
  const isExpected = isHttpError(error);
  if (!isExpected || sink.isStarted) report(request, error);
  if (span !== undefined && (!isExpected || error.statusCode >= 500 || sink.isStarted)) {
    recordFailure(span, error, undefined, active);
  }
  if (!sink.isStarted) return { statusCode: await answerError(request, error), failed: !isExpected };
  sink.abort();
  return { statusCode: 500, failed: true };
}

/**
 * Sends the response to an error, or a 500 if that fails, for example because of the headers of an `HttpError`. Returns
 * the status.
 */
async function answerError(request: HttpExchange, error: unknown): Promise<number> {
  const { sink } = request;
  try {
    const answer = httpAnswerOfError(error);
    // Not `send`, which would overwrite the `error.type` of the recorded error.
    await sendAndRecord(request, answer);
    return answer.statusCode;
  } catch (sendError) {
    report(request, sendError);
    if (sink.isStarted) sink.abort();
    else await sendPlainError(request);
    return 500;
  }
}

async function sendPlainError(request: HttpExchange): Promise<void> {
  try {
    await send(request, httpAnswerOfError(undefined));
  } catch {
    request.sink.abort();
  }
}
