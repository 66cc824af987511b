import { createHash } from 'node:crypto';
import type { TraceData } from './model/span';
import { toOtlpJson } from './otlp-json';
import { pageFiles, pageHtml } from './page-files';

export { toOtlpJson } from './otlp-json';
export { otlpTextOf } from './trace-file';

const hashOf = (content: string): string => `'sha256-${createHash('sha256').update(content).digest('base64')}'`;

// In a script element, only `<` can end the element or start a comment.
const inertJson = (value: unknown): string => JSON.stringify(value).replaceAll('<', '\\u003c');

/**
 * Renders one trace, or several, as one HTML file that contains the viewer and the data, and loads nothing. The file
 * opens in any browser, and again in the viewer.
 */
export function renderTraceHtml(trace: TraceData): string {
  const { script, style } = pageFiles();
  const policy = [
    "default-src 'none'",
    `script-src ${hashOf(script)}`,
    `style-src ${hashOf(style)}`,
    'img-src data:',
    "base-uri 'none'",
    "form-action 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ].join('; ');
  return pageHtml(
    `<meta http-equiv="Content-Security-Policy" content="${policy}">\n<style>${style}</style>`,
    `<script type="application/json" id="otlp">${inertJson(toOtlpJson(trace))}</script>\n<script>${script}</script>\n`,
  );
}
