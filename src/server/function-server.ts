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
/** The body of a request; `refused`: it was answered without one. */
type Body = Buffer | IncomingMessage | 'refused' | undefined;

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

  /** Handles one request. Rejects only if `console.log` throws. */
  async handle(opened: OpenResponse): Promise<void> {
    const { request, response } = opened;
    this.connections.beginWork();
    try {
      const fcHeaders = trustedFcHeaders(request.headers, this.trust);
      const control = controlOf(request, fcHeaders);
      const context = requestContext(fcHeaders, this.instance.runner, control === 'http');
      const isLogged = fcHeaders['x-fc-request-id'] !== undefined;
      if (isLogged) logLine(control, 'Start', context);
      try {
        if (control === 'http') {
          const sink = new StreamingSink(opened);
          let body = this.bodyOf(request, sink);
          if (types.isPromise(body)) body = await body;
          if (body !== 'refused') {
            sink.finish(await this.respond(request, body, context, fcHeaders, sink));
            // The connection can be reused only after the rest of the body has been read.
            if (body === request && !request.readableEnded) request.resume();
          }
        } else await answerEvent(response, () => this.event(control, request, context));
      } catch {
        countError('a response could not be written');
        response.destroy();
      }
      if (isLogged) logLine(control, 'End', context);
    } finally {
      // Also if a function that replaces `console.log` throws: `close` would wait for the request.
      this.connections.endWork();
    }
  }

  private async event(
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
  private bodyOf(request: IncomingMessage, sink: StreamingSink): Body | Promise<Body> {
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

  private respond(
    request: IncomingMessage,
    body: Exclude<Body, 'refused'>,
    context: FcContext,
    fcHeaders: IncomingHttpHeaders,
    sink: StreamingSink,
  ): Promise<Outcome> {
    const event: Record<string, unknown> = httpEventOf(requestParts(request, context, fcHeaders));
    if (Buffer.isBuffer(body)) {
      const isText = isUtf8(body);
      event.isBase64Encoded = !isText;
      event.body = body.toString(isText ? 'utf8' : 'base64');
    } else {
      if (body !== undefined) request.once('aborted', () => rememberDisconnect(request.errored));
      event.body = body ?? '';
    }
    return this.instance.respond(this.entryOf(context), this.instance.httpEvent(event), context, sink, {
      url: urlPartsOf(request),
      hasCorrelatedLogger: true,
    });
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
