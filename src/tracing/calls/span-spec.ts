import { isSpanContextValid, SpanKind } from '@opentelemetry/api';
import type { Attributes, Context, Link, Span, SpanContext, SpanOptions } from '@opentelemetry/api';
import { countError } from '../../diagnostics';
import { ATTR_FC_TRACED_PROBLEM } from '../../semconv';
import { spanIn } from '../context/linked-context';
import type { Telemetry } from '../telemetry/telemetry';
import { extract, ignoreRejection } from './attributes';
import type { Extractor } from './attributes';
import type { CheckedTracedOptions } from './traced-options';

/** OpenTelemetry's span kinds, by name. */
export type SpanKindName = 'internal' | 'server' | 'client' | 'producer' | 'consumer';

const KINDS: Readonly<Record<SpanKindName, SpanKind>> = {
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
  if (typeof kind === 'string' && Object.hasOwn(KINDS, kind)) return KINDS[kind as SpanKindName];
  return typeof kind === 'number' && Object.values(KINDS).includes(kind) ? kind : undefined;
}

/** The class that a method stands in. */
export interface Owner {
  readonly className: string;
  /** Whether it was found there, and not guessed: from a `#private` method, say, or one that another decorator wrapped. */
  readonly isCertain: boolean;
}

/** What the spans of one method are like: the options of `@Traced`, and what was derived from them and from the method. */
export interface SpanSpec {
  /** The name of the spans; with standard decorators it is known when the class is, at the first call. */
  name: string | undefined;
  /** The name that spans get in a class of this name. */
  nameIn(className: string): string;
  /** The class that the method stands in, told from an instance. */
  ownerOf(self: unknown): Owner;
  /** The options as they were given. */
  readonly options: CheckedTracedOptions;
  /** Attributes that are the same for each call. */
  readonly fixedAttributes: Attributes | undefined;
  /** Attributes of the arguments, those that `@SpanAttribute` marked included. */
  readonly argumentAttributes: Extractor | undefined;
  /** Whether an error is expected and does not mark the span as failed. */
  readonly isExpected: ((error: unknown) => boolean) | undefined;
  /** Whether the method is a native async function, whose promise nobody else can hold. */
  readonly isAsync: boolean;
}

/** The name of a call's span. */
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

/** What a call was made with. */
export interface CallSite {
  readonly spec: SpanSpec;
  readonly telemetry: Telemetry;
  /** The context of the caller. */
  readonly context: Context;
  readonly self: unknown;
  readonly args: ArrayLike<unknown>;
  /** How many values were followed when the call began. */
  readonly began: number;
}

/** A generator may never end. */
const MAX_LINKS = 128;

/** Starts the span of a call, or gives nothing where telemetry fails: the call then goes on without. */
export function startSpanOf(site: CallSite): Span | undefined {
  const { spec, telemetry, context, self, args } = site;
  const { kind, links, root } = spec.options;
  const parent = spanIn(context);
  try {
    const name = spanNameOf(spec, self);
    if (
      spec.argumentAttributes === undefined &&
      spec.fixedAttributes === undefined &&
      links === undefined &&
      root !== true
    ) {
      return telemetry.startCall(name, kind === SpanKind.INTERNAL ? undefined : { kind }, context, parent);
    }
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
    countError('a span could not be started: a span processor, sampler or tracer provider threw');
    return undefined;
  }
}

function linksOf({ spec, self, args }: CallSite, parent: Span | undefined, problems: string[]): Link[] {
  const { root, links: linksOption } = spec.options;
  const links: Link[] = root === true && parent !== undefined ? [{ context: parent.spanContext() }] : [];
  if (linksOption === undefined) return links;
  try {
    const given = Reflect.apply(linksOption as Extractor, self, args) as Iterable<Link | SpanContext> | undefined;
    ignoreRejection(given);
    for (const item of given ?? []) {
      if (links.length >= MAX_LINKS) break;
      const link = 'context' in item ? item : { context: item };
      // A link to a span's own parent makes backends lose the parent; a root is linked to its caller already.
      if (isSpanContextValid(link.context) && link.context.spanId !== parent?.spanContext().spanId) links.push(link);
    }
  } catch {
    problems.push('links() threw or did not return an iterable of links');
  }
  return links;
}
