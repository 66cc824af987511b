import { isUtf8 } from 'node:buffer';
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { types } from 'node:util';
import { countError } from '../diagnostics';
import type { FcContext } from '../fc/context';
import { trustedFcHeaders } from '../fc/context-from-headers';
import type { HeaderTrust } from '../fc/context-from-headers';
import { controlOf } from '../fc/control-path';
import type { Control } from '../fc/control-path';
import { httpEventOf } from '../fc/http-event';
import type { Entry, HandlerDefinition } from '../handler/entries';
import type { CheckedEvent } from '../handler/expected-trigger';
import type { FunctionInstance } from '../handler/function-instance';
import { httpAnswerOfError } from '../http/http-answer';
import type { Outcome } from '../http/http-exchange';
import { rememberDisconnect } from '../tracing/calls/failure';
import { answerEvent, bytesOf } from './answer-event';
import type { Connections, OpenResponse } from './connections';
import {
  discardBody,
  hasBody,
  headerTrust,
  requestBody,
  requestContext,
  requestParts,
  urlPartsOf,
} from './incoming-request';
import type { ServeOptions } from './serve';
import { StreamingSink } from './streaming-sink';

const BODY_LIMIT = 33_554_432;
type Body = Buffer | IncomingMessage | undefined;

/** A request that is being handled. */
interface Call {
  readonly opened: OpenResponse;
  /** The headers of FC that are believed. */
  readonly fcHeaders: IncomingHttpHeaders;
  readonly control: Control;
  readonly context: FcContext;
  /** Whether FC reads the lines in the log. */
  readonly isLogged: boolean;
}

/** FC's name of each kind of request in the log. */
const LOG_NAMES: Readonly<Record<Control, string>> = {
  invoke: 'Invoke',
  http: 'Invoke',
  initialize: 'Initialize',
  'pre-freeze': 'PreFreeze',
  'pre-stop': 'PreStop',
};

/** Writes a line by which FC finds the log of an invocation. */
function logLine(control: Control, what: 'Start' | 'End', { requestId }: FcContext): void {
  // oxlint-disable-next-line no-console -- FC reads what a custom runtime prints
  console.log(`FC ${LOG_NAMES[control]} ${what} RequestId: ${requestId}`);
}

/** A promise of the language, also if the program replaced the global `Promise` by another implementation. */
async function rejection(error: unknown): Promise<never> {
  throw error;
}

/** Handles the requests that FC sends to a custom runtime. */
export class FunctionServer {
  private readonly trust: HeaderTrust;
  private readonly firstEntry: Entry;
  /** The setting `handler` of the last request, and its entry: it is the same for all. */
  private lastHandler: string | undefined;
  private lastEntry: Entry | undefined;

  constructor(
    private readonly instance: FunctionInstance,
    private readonly definition: HandlerDefinition,
    private readonly options: ServeOptions,
    private readonly connections: Pick<Connections, 'beginWork' | 'endWork'>,
  ) {
    this.firstEntry = [...definition.entries.values()][0]!;
    this.trust = headerTrust(options.trustFcHeaders, instance.runner.config.instance);
  }

  /**
   * Handles one request. Rejects only if `console.log` throws. Most requests are handled without async functions and
   * `await`, because each promise takes long where async hooks are in use.
   */
  handle(opened: OpenResponse): Promise<void> {
    this.connections.beginWork();
    let call: Call;
    try {
      call = this.begin(opened);
    } catch (error) {
      this.connections.endWork();
      return rejection(error);
    }
    return call.control === 'http' ? this.http(call) : this.event(call, call.control);
  }

  private begin(opened: OpenResponse): Call {
    const fcHeaders = trustedFcHeaders(opened.request.headers, this.trust);
    const control = controlOf(opened.request, fcHeaders);
    const context = requestContext(fcHeaders, this.instance.runner, control === 'http');
    const isLogged = fcHeaders['x-fc-request-id'] !== undefined;
    if (isLogged) logLine(control, 'Start', context);
    return { opened, fcHeaders, control, context, isLogged };
  }

  private end({ control, context, isLogged }: Call): void {
    try {
      if (isLogged) logLine(control, 'End', context);
    } finally {
      // Also if a function that replaces `console.log` throws: `close` would wait for the request.
      this.connections.endWork();
    }
  }

  private fail(call: Call): void {
    countError('a response could not be written');
    call.opened.response.destroy();
    this.end(call);
  }

  private http(call: Call): Promise<void> {
    const sink = new StreamingSink(call.opened);
    const body = this.bodyOf(call.opened.request, sink);
    if (!types.isPromise(body)) return this.respond(call, body, sink);
    return body.then(
      (read) => (read === 'refused' ? this.end(call) : this.respond(call, read, sink)),
      () => this.fail(call),
    );
  }

  private event(call: Call, control: Exclude<Control, 'http'>): Promise<void> {
    const { opened, context } = call;
    return answerEvent(opened.response, () => this.resultOf(control, opened.request, context)).then(
      () => this.end(call),
      () => this.fail(call),
    );
  }

  private async resultOf(
    control: Exclude<Control, 'http'>,
    request: IncomingMessage,
    context: FcContext,
  ): Promise<unknown> {
    const body = await requestBody(request, this.options.bodyLimitBytes ?? BODY_LIMIT);
    if (control === 'invoke') return this.instance.invoke(this.entryOf(context), body, context, bytesOf);
    return control === 'initialize'
      ? this.instance.initialize(context)
      : this.instance.flush(control === 'pre-freeze' ? 'preFreeze' : 'preStop');
  }

  /**
   * The body of an HTTP request: its bytes, the request itself with the option `body: 'stream'`, or `undefined` if it
   * has none.
   */
  private bodyOf(request: IncomingMessage, sink: StreamingSink): Body | Promise<Buffer | 'refused'> {
    if (this.options.body === 'stream') return request;
    return hasBody(request) ? this.readBody(request, sink) : undefined;
  }

  private async readBody(request: IncomingMessage, sink: StreamingSink): Promise<Buffer | 'refused'> {
    try {
      return await requestBody(request, this.options.bodyLimitBytes ?? BODY_LIMIT);
    } catch (error) {
      // Otherwise, the client disconnected before the request was complete.
      if (!request.destroyed || request.complete) {
        await sink.send(httpAnswerOfError(error));
        sink.finish({ statusCode: 413, failed: false });
        discardBody(request);
      }
      return 'refused';
    }
  }

  private respond(call: Call, body: Body, sink: StreamingSink): Promise<void> {
    let outcome: Promise<Outcome>;
    try {
      const event = this.eventOf(call, body);
      const facts = { url: urlPartsOf(call.opened.request), hasCorrelatedLogger: true };
      outcome = this.instance.respond(this.entryOf(call.context), event, call.context, sink, facts);
    } catch (error) {
      outcome = rejection(error);
    }
    return outcome.then(
      (ended) => this.finish(call, sink, ended),
      () => this.fail(call),
    );
  }

  private eventOf({ opened: { request }, context, fcHeaders }: Call, body: Body): CheckedEvent {
    const event: Record<string, unknown> = httpEventOf(requestParts(request, context, fcHeaders));
    if (Buffer.isBuffer(body)) {
      const isText = isUtf8(body);
      event.isBase64Encoded = !isText;
      event.body = body.toString(isText ? 'utf8' : 'base64');
    } else {
      if (body !== undefined) request.once('aborted', () => rememberDisconnect(request.errored));
      event.body = body ?? '';
    }
    return this.instance.httpEvent(event);
  }

  private finish(call: Call, sink: StreamingSink, outcome: Outcome): void {
    const { request } = call.opened;
    try {
      sink.finish(outcome);
      // With the option `body: 'stream'`: the connection can be reused only after the rest of the body has been read.
      if (this.options.body === 'stream' && !request.readableEnded) request.resume();
    } catch {
      return this.fail(call);
    }
    this.end(call);
  }

  /**
   * The entry named after the last dot of the function's setting `handler`, otherwise `handler`, otherwise the first.
   */
  private entryOf({ function: { handler } }: FcContext): Entry {
    if (handler !== this.lastHandler || this.lastEntry === undefined) {
      const { entries } = this.definition;
      this.lastHandler = handler;
      this.lastEntry =
        entries.get(handler.slice(handler.lastIndexOf('.') + 1)) ?? entries.get('handler') ?? this.firstEntry;
    }
    return this.lastEntry;
  }
}
