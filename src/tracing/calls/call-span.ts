import { isSpanContextValid, SpanKind } from '@opentelemetry/api';
import type { Context, Link, Span, SpanContext, SpanOptions } from '@opentelemetry/api';
import { countAndTell } from '../../diagnostics';
import { spanIn } from '../context/linked-context';
import type { Telemetry } from '../telemetry/telemetry';
import { extract, ignoreRejection } from './attributes';
import { spanNameOf } from './span-spec';
import type { SpanSpec } from './span-spec';

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
  const parent = spanIn(context);
  try {
    const name = spanNameOf(spec, self);
    if (spec.attributes === undefined && spec.fixed === undefined && spec.links === undefined && !spec.root) {
      return telemetry.startCall(
        name,
        spec.kind === SpanKind.INTERNAL ? undefined : { kind: spec.kind },
        context,
        parent,
      );
    }
    const problems: string[] = [];
    const options: SpanOptions = { kind: spec.kind, root: spec.root, links: linksOf(site, parent, problems) };
    if (spec.fixed !== undefined) options.attributes = spec.fixed;
    if (spec.attributes !== undefined) {
      const { attributes, problem } = extract('attributes', spec.attributes, self, args);
      options.attributes = { ...spec.fixed, ...attributes };
      if (problem !== undefined) problems.push(problem);
    }
    const span = telemetry.startCall(name, options, context, parent);
    for (const problem of problems) span.addEvent('fc_traced.problem', { 'fc_traced.problem': problem });
    return span;
  } catch {
    countAndTell(
      'fc_traced.telemetry_errors',
      1,
      'a span could not be started: a span processor, sampler or tracer provider threw',
    );
    return undefined;
  }
}

function linksOf({ spec, self, args }: CallSite, parent: Span | undefined, problems: string[]): Link[] {
  const links: Link[] = spec.root && parent !== undefined ? [{ context: parent.spanContext() }] : [];
  if (spec.links === undefined) return links;
  try {
    const given = Reflect.apply(spec.links, self, args) as Iterable<Link | SpanContext> | undefined;
    ignoreRejection(given);
    for (const item of given ?? []) {
      if (links.length >= MAX_LINKS) break;
      const link = 'context' in item ? item : { context: item };
      // A link to a span's own parent makes backends lose the parent; a root is linked to its caller already.
      if (isSpanContextValid(link.context) && link.context.spanId !== parent?.spanContext().spanId) links.push(link);
    }
  } catch {
    problems.push('links() threw or gave no list of links');
  }
  return links;
}
