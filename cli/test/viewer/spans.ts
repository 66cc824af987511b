import type { ViewerSpan } from '../../src/viewer/model/span';

/** A trace id that contains a number. */
export const traceIdOf = (index: number): string => `a${index.toString(16).padStart(31, '0')}`;

/** A span id that contains a number. */
export const spanIdOf = (index: number): string => `b${index.toString(16).padStart(15, '0')}`;

/** A span of one millisecond, with the given fields replaced. */
export function span(fields: Partial<ViewerSpan> = {}): ViewerSpan {
  return {
    traceId: traceIdOf(1),
    spanId: spanIdOf(1),
    name: 'work',
    kind: 'internal',
    startNanos: 1_760_000_000_000_000_000n,
    endNanos: 1_760_000_000_001_000_000n,
    status: { code: 'UNSET' },
    attributes: {},
    events: [],
    links: [],
    resource: { 'service.name': 'shop' },
    ...fields,
  };
}
