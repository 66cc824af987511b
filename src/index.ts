import './cold-start/first-module';
import './cold-start/loading';
import 'reflect-metadata';

export { createHandler } from './handler/create-handler';
export type { FcFunction, FcHandlers, FcHandlersOf, FcHook, FcHooks } from './handler/create-handler';
export type { CreateHandlerOptions } from './handler/entries';
export { Handler } from './handler/handler';
export type { HandlerDecorator } from './handler/handler';
export { Service } from './container/service';
export type { ServiceOptions, ServiceScope } from './container/service';
export { Traced, traced } from './decorators/traced';
export type {
  AnyMethod,
  AttributeSource,
  ExpectedErrors,
  ResultOf,
  TracedClassOptions,
  TracedOptions,
} from './tracing/calls/traced-options';
export { Untraced } from './decorators/traced-class';
export { SpanAttribute } from './decorators/span-attribute';
export { Annotate } from './decorators/annotate';
export type { AnnotateOptions } from './decorators/annotate';
export {
  ACTIVE_SPAN,
  DEADLINE,
  FC_CONTEXT,
  FC_EVENT,
  InjectContext,
  InjectDeadline,
  InjectEvent,
  InjectSpan,
  InjectTracer,
  TRACER,
} from './container/inject';
export type { InvocationDeadline } from './tracing/context/deadline';
export { getTracedMetadata } from './decorators/metadata';
export type { EntryOptions, TracedMetadata, TracedMethodMetadata } from './decorators/metadata';
export { currentSpan } from './tracing/context/current-span';
export { annotate } from './tracing/calls/attributes';
export type { SpanKindName } from './tracing/calls/span-spec';
export { startSpan } from './tracing/calls/start-span';
export type { DisposableSpan } from './tracing/calls/start-span';
export { logFields, pinoMixin, winstonFormat, winstonMeta } from './logs/log-fields';
export type { LogFields, WinstonFormat } from './logs/log-fields';
export { deliveryStats } from './tracing/telemetry/delivery-stats';
export type { DeliveryStats, DropReason } from './tracing/telemetry/delivery-stats';
export { secret } from './tracing/redaction/secrets';
export type { Secret } from './tracing/redaction/secrets';
export { registerEndStrategy } from './tracing/end-strategies/follow-value';
export type { EndStrategy, TracedCall } from './tracing/end-strategies/end-strategy';
export { HttpError } from './http/http-error';
export type { HttpErrorOptions } from './http/http-error';
export { readBody, readJson } from './http/read-body';
export type { Fc2Request, Fc2Response, HttpEvent, HttpRequestContext, HttpStreamEvent } from './fc/http-event';
export type { HttpResponse } from './http/http-answer';
export { invokeHeaders, traceHeaders, traceInvoke } from './propagation/outgoing-headers';
export type { InvokeFunctionHeaders } from './propagation/outgoing-headers';
export { cloudEventExtensions, messageHeaders, ossMeta, rocketMqProperties } from './propagation/outgoing-messages';
export { forEachRecord } from './batch/for-each-record';
export type { BatchResult, ForEachRecordOptions, RecordFailure } from './batch/for-each-record';
export type { RecordOf, TriggerEvents } from './fc/trigger-events';
export type { TriggerName } from './fc/triggers/trigger';
export type { ApiGatewayEvent } from './fc/triggers/api-gateway';
export type { AsyncDestinationEvent } from './fc/triggers/async-destination';
export type { CdnEvent, CdnEventName, CdnRecord } from './fc/triggers/cdn';
export type { CloudEvent } from './fc/triggers/cloud-event';
export type { DtsChange, DtsEvent, DtsImage, DtsRecord } from './fc/triggers/dts';
export type { EventBridgeEvent } from './fc/triggers/eventbridge';
export type { KafkaEvent, KafkaMessage, KafkaRecord } from './fc/triggers/kafka';
export type { MnsQueueEvent, MnsQueueMessage, MnsQueueRecord } from './fc/triggers/mns-queue';
export type { MnsTopicEvent, MnsTopicStreamEvent } from './fc/triggers/mns-topic';
export type { MqttEvent, MqttRecord } from './fc/triggers/mqtt';
export type { OssEvent, OssObjectMeta, OssRecord } from './fc/triggers/oss';
export type { RabbitMqEvent, RabbitMqMessage, RabbitMqRecord } from './fc/triggers/rabbitmq';
export type { RocketMqEvent, RocketMqMessage, RocketMqRecord, RocketMqSystemProperties } from './fc/triggers/rocketmq';
export type { SlsEvent } from './fc/triggers/sls';
export type { TablestoreEvent, TablestoreRecord, TablestoreValue } from './fc/triggers/tablestore';
export type { TimerEvent } from './fc/triggers/timer';
export { FcTracedError } from './errors';
export type { FcTracedErrorCode } from './errors';
export type {
  HandlerOptions,
  Instrumentation,
  KeepOptions,
  KeepSummary,
  ParentCarrier,
  SampleRatio,
} from './config/options';
export type { Protocol } from './export/exporters/exporters';
export type { ReadableSpan, SpanProcessor } from './export/sdk';
export type { InstrumentationName } from './instrumentation/registry';
export type { FcCallback, FcContext, FcLogger, FcTracing } from './fc/context';
export type { Attributes, Link, Span, SpanContext, Tracer } from '@opentelemetry/api';
