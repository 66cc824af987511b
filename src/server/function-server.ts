import { isUtf8 } from 'node:buffer';
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
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
import { rememberDisconnect } from '../tracing/calls/failure';
import { answerEvent, bytesOf } from './answer-event';
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
/** FC's name of each kind of request in the log. */
const LOG_NAMES: Readonly<Record<Control, string>> = {
  invoke: 'Invoke',
  http: 'Invoke',
  initialize: 'Initialize',
  'pre-freeze': 'PreFreeze',
  'pre-stop': 'PreStop',
};

/** Handles the requests that FC sends to a custom runtime. */
export class FunctionServer {
  private readonly trust: HeaderTrust;

  constructor(
    private readonly instance: FunctionInstance,
    private readonly definition: HandlerDefinition,
    private readonly options: ServeOptions,
  ) {
    this.trust = headerTrust(options.trustFcHeaders, instance.runner.config.instance);
  }

  /** Handles one request. Never rejects. */
  async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const fcHeaders = trustedFcHeaders(request.headers, this.trust);
    const control = controlOf(request, fcHeaders);
    const context = requestContext(fcHeaders, this.instance.runner, control === 'http');
    // FC uses these lines to find the log of an invocation.
    const logLine = (what: string): void => {
      if (fcHeaders['x-fc-request-id'] === undefined) return;
      // oxlint-disable-next-line no-console -- FC reads what a custom runtime prints
      console.log(`FC ${LOG_NAMES[control]} ${what} RequestId: ${context.requestId}`);
    };
    logLine('Start');
    try {
      if (control === 'http') await this.http(request, response, context, fcHeaders);
      else await answerEvent(response, () => this.event(control, request, context));
    } catch {
      countError('a response could not be written');
      response.destroy();
    }
    logLine('End');
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

  private async http(
    request: IncomingMessage,
    response: ServerResponse,
    context: FcContext,
    fcHeaders: IncomingHttpHeaders,
  ): Promise<void> {
    const sink = new StreamingSink(request, response);
    const isStream = this.options.body === 'stream';
    let body: Buffer | undefined;
    try {
      if (!isStream && hasBody(request)) {
        body = await requestBody(request, this.options.bodyLimitBytes ?? BODY_LIMIT);
      }
    } catch (error) {
      // The client disconnected before the request was complete.
      if (request.destroyed && !request.complete) return;
      await sink.send(httpAnswerOfError(error));
      sink.finish({ statusCode: 413, failed: false });
      return discardBody(request);
    }
    if (isStream) request.once('aborted', () => rememberDisconnect(request.errored));
    const isText = body === undefined || isUtf8(body);
    const event: Record<string, unknown> = httpEventOf(requestParts(request, context, fcHeaders));
    event.isBase64Encoded = !isText;
    event.body = isStream ? request : (body?.toString(isText ? 'utf8' : 'base64') ?? '');
    const outcome = await this.instance.respond(this.entryOf(context), event, context, sink, {
      url: urlPartsOf(request),
      hasCorrelatedLogger: true,
    });
    sink.finish(outcome);
    // The connection can be reused only after the rest of the body has been read.
    if (isStream && !request.readableEnded) request.resume();
  }

  /**
   * The entry named after the last dot of the function's setting `handler`, otherwise `handler`, otherwise the first.
   */
  private entryOf(context: FcContext): Entry {
    const { entries } = this.definition;
    return (
      entries.get(context.function.handler.split('.').at(-1)!) ?? entries.get('handler') ?? [...entries.values()][0]!
    );
  }
}
