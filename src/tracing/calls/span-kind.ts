import { SpanKind } from '@opentelemetry/api';

/** OpenTelemetry's span kinds, by name. */
export type KindName = 'internal' | 'server' | 'client' | 'producer' | 'consumer';

const KINDS: Readonly<Record<KindName, SpanKind>> = {
  internal: SpanKind.INTERNAL,
  server: SpanKind.SERVER,
  client: SpanKind.CLIENT,
  producer: SpanKind.PRODUCER,
  consumer: SpanKind.CONSUMER,
};

/** The names of the kinds, for messages. */
export const KIND_NAMES = Object.keys(KINDS).join(', ');

/** The kind that a program named, `internal` where it named none; nothing for what is no kind. */
export function spanKindOf(kind: unknown): SpanKind | undefined {
  if (kind === undefined) return SpanKind.INTERNAL;
  if (typeof kind === 'string' && Object.hasOwn(KINDS, kind)) return KINDS[kind as KindName];
  return typeof kind === 'number' && Object.values(KINDS).includes(kind) ? kind : undefined;
}
