import { serviceOf } from '../model/summary';
import type { SpanNode } from '../model/trace-model';

/** How many colors the style sheet has for services. */
const SERVICE_COLORS = 8;

// The same name has the same color in every trace.
function hashOf(text: string): number {
  let hash = 0;
  for (let index = 0; index < text.length; index += 1) hash = (Math.imul(hash, 31) + text.charCodeAt(index)) | 0;
  return Math.abs(hash);
}

/** The class that gives a span its color: of its phase or of its service. */
export function colorClass(node: SpanNode, byService: boolean): string {
  if (!byService) return `phase-${node.phase}`;
  return `service-${hashOf(serviceOf(node.span)) % SERVICE_COLORS}`;
}

const CSS_NAMES = { platform: '--platform', coldStart: '--cold', function: '--function' } as const;

/** The color of a span as CSS, for a canvas. */
export function canvasColor(node: SpanNode, byService: boolean, style: CSSStyleDeclaration): string {
  if (node.error && node.children.length === 0) return style.getPropertyValue('--error');
  if (byService) return style.getPropertyValue(`--service-${hashOf(serviceOf(node.span)) % SERVICE_COLORS}`);
  return style.getPropertyValue(CSS_NAMES[node.phase]);
}
