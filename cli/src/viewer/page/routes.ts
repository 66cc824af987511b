/** A place in the page. */
export type Route =
  | { readonly page: 'list' }
  | { readonly page: 'trace'; readonly traceId: string; readonly spanId?: string }
  | { readonly page: 'compare'; readonly before: string; readonly after: string };

const TRACE = /^#\/trace\/([0-9a-f]{32})(?:\/([0-9a-f]{16}))?$/;
const COMPARE = /^#\/compare\/([0-9a-f]{32})\/([0-9a-f]{32})$/;

/** The place that the part of the address after `#` names. Anything unknown is the list. */
export function parseRoute(hash: string): Route {
  const [, traceId, spanId] = TRACE.exec(hash) ?? [];
  if (traceId !== undefined) return { page: 'trace', traceId, ...(spanId === undefined ? {} : { spanId }) };
  const [, before, after] = COMPARE.exec(hash) ?? [];
  if (before !== undefined && after !== undefined) return { page: 'compare', before, after };
  return { page: 'list' };
}

/** The address of a place. */
export function hashOf(route: Route): `#${string}` {
  if (route.page === 'list') return '#/';
  if (route.page === 'compare') return `#/compare/${route.before}/${route.after}`;
  return `#/trace/${route.traceId}${route.spanId === undefined ? '' : `/${route.spanId}`}`;
}
