import { SpanKind } from '@opentelemetry/api';
import type { Attributes } from '@opentelemetry/api';
import { FcTracedError } from '../errors';

/** Any method. The one `any` that inference of a decorated method's arguments needs. */
// oxlint-disable-next-line typescript/no-explicit-any -- `unknown[]` would refuse every method with narrower parameters
export type AnyMethod = (...args: any[]) => unknown;

/** OpenTelemetry's span kinds, by name. */
export type KindName = 'internal' | 'server' | 'client' | 'producer' | 'consumer';

const KINDS: Readonly<Record<KindName, SpanKind>> = {
  internal: SpanKind.INTERNAL,
  server: SpanKind.SERVER,
  client: SpanKind.CLIENT,
  producer: SpanKind.PRODUCER,
  consumer: SpanKind.CONSUMER,
};

/** Options of `@Traced`, for a method of type `F`. */
export interface TracedOptions<F extends AnyMethod = AnyMethod> {
  /** Name of the spans. Default: `Class.method`. */
  readonly name?: string;
  /** Default: `internal`. */
  readonly kind?: SpanKind | KindName;
  /** Attributes of each span: fixed ones, or made from the call's arguments. What it throws never reaches the call. */
  readonly attributes?: Attributes | ((this: ThisParameterType<F>, ...args: Parameters<F>) => Attributes | undefined);
  /** Start a trace of its own, linked to the caller's span. Default: false. */
  readonly root?: boolean;
}

/** Options, checked, as the wrapper wants them. */
export interface CheckedTracedOptions {
  readonly name: string | undefined;
  readonly kind: SpanKind;
  readonly attributes: TracedOptions['attributes'];
  readonly root: boolean;
}

const KEYS = ['name', 'kind', 'attributes', 'root'];

function invalid(message: string): FcTracedError {
  return new FcTracedError('INVALID_OPTION', message);
}

function kindOf(kind: unknown): SpanKind {
  if (kind === undefined) return SpanKind.INTERNAL;
  if (typeof kind === 'string' && Object.hasOwn(KINDS, kind)) return KINDS[kind as KindName];
  if (typeof kind === 'number' && Object.values(KINDS).includes(kind)) return kind;
  throw invalid(`Option "kind" of @Traced must be one of ${Object.keys(KINDS).join(', ')}, not ${JSON.stringify(kind) ?? typeof kind}.`);
}

function checkKeys(attributes: unknown): void {
  if (attributes === undefined || typeof attributes === 'function') return;
  if (typeof attributes !== 'object' || attributes === null || Array.isArray(attributes)) throw invalid('Option "attributes" of @Traced must be an object or a function of the arguments.');
  if (Object.keys(attributes).includes('')) throw invalid('Option "attributes" of @Traced has an empty key: give each attribute a name.');
}

/** Checks what `@Traced` was given; throws INVALID_OPTION where it can never work. */
export function checkTracedOptions(given: unknown): CheckedTracedOptions {
  if (typeof given === 'string') {
    if (given.trim() === '') throw invalid('The name given to @Traced is empty: leave it out for the default, Class.method.');
    return { name: given, kind: SpanKind.INTERNAL, attributes: undefined, root: false };
  }
  if (given === undefined) return { name: undefined, kind: SpanKind.INTERNAL, attributes: undefined, root: false };
  if (typeof given !== 'object' || given === null) throw invalid('@Traced takes a name or an object of options, and needs its parentheses: @Traced().');
  const unknown = Object.keys(given).find((key) => !KEYS.includes(key));
  if (unknown !== undefined) throw invalid(`@Traced has no option "${unknown}". Its options are ${KEYS.join(', ')}.`);
  const { name, kind, attributes, root } = given as TracedOptions;
  if (name !== undefined && (typeof name !== 'string' || name.trim() === '')) throw invalid('Option "name" of @Traced must be a text that is not empty.');
  if (root !== undefined && typeof root !== 'boolean') throw invalid('Option "root" of @Traced must be true or false.');
  checkKeys(attributes);
  return { name, kind: kindOf(kind), attributes, root: root ?? false };
}
