import './cold-start/first-module';
import './cold-start/require-watch';
import 'reflect-metadata';

export { createHandler } from './handler/create-handler';
export type { FcFunction, FcHandlers, FcHook, FcHooks } from './handler/create-handler';
export { Handler } from './decorators/handler';
export type { HandlerDecorator } from './decorators/handler';
export { Service } from './decorators/service';
export type { ServiceOptions, ServiceScope } from './decorators/service';
export { Traced } from './decorators/traced';
export type {
  AnyMethod,
  AttributeSource,
  ExpectedErrors,
  ResultOf,
  TracedClassOptions,
  TracedOptions,
} from './decorators/traced-options';
export { Untraced } from './decorators/traced-class';
export { SpanAttribute } from './decorators/span-attribute';
export { Annotate } from './decorators/annotate';
export type { AnnotateOptions } from './decorators/annotate';
export { traced } from './decorators/traced-function';
export { InjectContext, InjectEvent, InjectSpan, InjectTracer } from './decorators/inject';
export { ACTIVE_SPAN, FC_CONTEXT, FC_EVENT, TRACER } from './decorators/tokens';
export { getTracedMetadata } from './decorators/metadata';
export type { EntryOptions, TracedMetadata, TracedMethodMetadata } from './decorators/metadata';
export { currentSpan } from './tracing/ambient-span';
export { annotate } from './tracing/annotate';
export type { KindName } from './tracing/span-kind';
export { startSpan } from './tracing/start-span';
export type { OpenSpan } from './tracing/start-span';
export { logFields } from './logs/log-fields';
export type { LogFields } from './logs/log-fields';
export { pinoMixin } from './logs/pino-mixin';
export { winstonFormat, winstonMeta } from './logs/winston-format';
export type { WinstonFormat } from './logs/winston-format';
export { secret } from './tracing/redaction';
export type { Secret } from './tracing/redaction';
export { registerLifetime } from './tracing/lifetimes/follow';
export type { Lifetime, TracedCall } from './tracing/lifetimes/lifetime';
export { HttpError } from './http/http-error';
export type { HttpErrorOptions } from './http/http-error';
export { readBody, readJson } from './http/read-body';
export type { HttpEvent, HttpRequestContext, HttpStreamEvent } from './http/http-event';
export type { HttpResponse } from './http/http-answer';
export type { Fc2Request, Fc2Response } from './handler/fc2-http';
export { traceHeaders } from './propagation/trace-headers';
export { invokeHeaders, traceInvoke } from './propagation/invoke-headers';
export type { InvokeFunctionHeaders } from './propagation/invoke-headers';
export { FcTracedError } from './errors';
export type { FcTracedErrorCode } from './errors';
export type { HandlerOptions, Instrumentation, InstrumentationName, ParentCarrier } from './options';
export type { FcCallback, FcContext, FcLogger, FcTracing } from './fc/context';
export type { Attributes, Link, Span, SpanContext, Tracer } from '@opentelemetry/api';
