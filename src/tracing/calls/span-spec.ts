import { isSpanContextValid, SpanKind } from '@opentelemetry/api';
import type { Attributes, Context, Link, Span, SpanContext, SpanOptions } from '@opentelemetry/api';
import { countLoss } from '../../diagnostics';
import { ATTR_FC_TRACED_PROBLEM } from '../../semconv';
import { spanIn } from '../context/linked-context';
import type { Telemetry } from '../telemetry/telemetry';
import { extract, ignoreRejection } from './attributes';
import type { Extractor } from './attributes';
import type { CheckedTracedOptions } from './traced-options';

// The API exports its enumerations with getters.
const { INTERNAL } = SpanKind;

/** The names of OpenTelemetry's span kinds. */
export type SpanKindName = 'internal' | 'server' | 'client' | 'producer' | 'consumer';

const KINDS: Readonly<Record<SpanKindName, SpanKind>> = {
  internal: SpanKind.INTERNAL,
  server: SpanKind.SERVER,
  client: SpanKind.CLIENT,
  producer: SpanKind.PRODUCER,
  consumer: SpanKind.CONSUMER,
};

/** The names of the span kinds, for error messages. */
export const KIND_NAMES = Object.keys(KINDS).join(', ');

/**
 * Returns the span kind for a name or number, `INTERNAL` for `undefined`, and `undefined` if the value is not a kind.
 */
export function spanKindOf(kind: unknown): SpanKind | undefined {
  if (kind === undefined) return SpanKind.INTERNAL;
  if (typeof kind === 'string' && Object.hasOwn(KINDS, kind)) return KINDS[kind as SpanKindName];
  return typeof kind === 'number' && Object.values(KINDS).includes(kind) ? kind : undefined;
}

/** The class that defines a method. */
export interface Owner {
  readonly className: string;
  /** False if the class is a guess, as for a `#private` method or one that another decorator wrapped. */
  readonly isCertain: boolean;
}

/** How the spans of a method are made: the options of `@Traced`, and what is derived from them and from the method. */
export interface SpanSpec {
  /** The name of the spans. With standard decorators it is determined at the first call, when the class is known. */
  name: string | undefined;
  /** Returns the name of the spans in a class with this name. */
  nameIn(className: string): string;
  /** Returns the class that defines the method, from the `this` of a call. */
  ownerOf(self: unknown): Owner;
  readonly options: CheckedTracedOptions;
  /** Whether a span has no more than its name, kind and parent when it starts. */
  readonly isPlain: boolean;
  /** Attributes that are the same for each call. */
  readonly fixedAttributes: Attributes | undefined;
  /** Returns the attributes of a call from its arguments, including those with `@SpanAttribute`. */
  readonly argumentAttributes: Extractor | undefined;
  /** Returns whether an error is expected, so that it does not mark the span as failed. */
  readonly isExpected: ((error: unknown) => boolean) | undefined;
  /** Whether the method is a native async function, so that only the caller holds its promise. */
  readonly isAsync: boolean;
}

/** Whether spans have no more than their name, kind and parent when they start. Found out once, not for each call. */
export function isPlain(
  { links, root }: CheckedTracedOptions,
  fixedAttributes: Attributes | undefined,
  argumentAttributes: Extractor | undefined,
): boolean {
  return fixedAttributes === undefined && argumentAttributes === undefined && links === undefined && root !== true;
}

/** Returns the name of the span of a call. */
export function spanNameOf(spec: SpanSpec, self: unknown): string {
  const { options } = spec;
  if (options.nameFromInstanceClass === true && options.name === undefined) {
    const owner: unknown = typeof self === 'function' ? self : (self as object | null | undefined)?.constructor;
    return spec.nameIn(typeof owner === 'function' ? owner.name : '');
  }
  if (spec.name !== undefined) return spec.name;
  const { className, isCertain } = spec.ownerOf(self);
  const name = spec.nameIn(className);
  if (isCertain) spec.name = name;
  return name;
}

/** A call with its arguments, context and telemetry. */
export interface CallSite {
  readonly spec: SpanSpec;
  readonly telemetry: Telemetry;
  /** The context of the caller. */
  readonly context: Context;
  /** `undefined` after the end of a call that returned a promise. */
  self: unknown;
  /** Empty after the end of a call that returned a promise. */
  args: ArrayLike<unknown>;
  /** How many values had been followed when the call started. */
  readonly followedBefore: number;
}

/** The limit of links. The option may return an infinite generator. */
const MAX_LINKS = 128;

/** Starts the span of a call. Returns `undefined` if telemetry fails; the call then runs without a span. */
export function startSpanOf(site: CallSite): Span | undefined {
  const { spec, telemetry, context, self, args } = site;
  const { kind, root } = spec.options;
  const parent = spanIn(context);
  try {
    const name = spanNameOf(spec, self);
    if (spec.isPlain) return telemetry.startCall(name, kind === INTERNAL ? undefined : { kind }, context, parent);
    const problems: string[] = [];
    const options: SpanOptions = { kind, root: root === true, links: linksOf(site, parent, problems) };
    if (spec.fixedAttributes !== undefined) options.attributes = spec.fixedAttributes;
    if (spec.argumentAttributes !== undefined) {
      const { attributes, problem } = extract('attributes', spec.argumentAttributes, self, args);
      options.attributes = { ...spec.fixedAttributes, ...attributes };
      if (problem !== undefined) problems.push(problem);
    }
    const span = telemetry.startCall(name, options, context, parent);
    for (const problem of problems) span.addEvent(ATTR_FC_TRACED_PROBLEM, { [ATTR_FC_TRACED_PROBLEM]: problem });
    return span;
  } catch {
    countLoss('a span could not be started: a span processor, sampler or tracer provider threw');
    return undefined;
  }
}

function linksOf({ spec, self, args }: CallSite, parent: Span | undefined, problems: string[]): Link[] {
  const { root, links: linksOption } = spec.options;
  const links: Link[] = root === true && parent !== undefined ? [{ context: parent.spanContext() }] : [];
  if (linksOption === undefined) return links;
  try {
    const items = Reflect.apply(linksOption as Extractor, self, args) as Iterable<Link | SpanContext> | undefined;
    ignoreRejection(items);
    for (const item of items ?? []) {
      if (links.length >= MAX_LINKS) break;
      const link = 'context' in item ? item : { context: item };
      // Some backends lose the parent of a span that is linked to it. A root is linked to its caller already.
      if (isSpanContextValid(link.context) && link.context.spanId !== parent?.spanContext().spanId) links.push(link);
    }
  } catch {
    problems.push('links() threw or did not return an iterable of links');
  }
  return links;
}
