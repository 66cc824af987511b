import { toOtlpJson } from '../otlp-json';
import type { TraceModel } from '../model/trace-model';
import { button, h } from './dom';
import { t } from './preferences';

/** Downloads what the page itself has of a trace. */
function downloadJson(trace: TraceModel): void {
  const data = { spans: trace.nodes.map(({ span }) => span), logs: trace.logs };
  const url = URL.createObjectURL(new Blob([JSON.stringify(toOtlpJson(data))], { type: 'application/json' }));
  const link = h('a', { download: `trace-${trace.traceId}.otlp.json` });
  link.href = url;
  link.click();
  URL.revokeObjectURL(url);
}

/** The menu with the forms in which a trace can be exported. A page from a file is such a form already. */
export function exportMenu(trace: TraceModel, isServer: boolean): HTMLElement {
  if (!isServer) return button(t('exportJson'), () => downloadJson(trace));
  const link = (form: '.html' | '.otlp.json', text: string): HTMLElement =>
    h('a', { href: `/api/traces/${trace.traceId}${form}`, download: `trace-${trace.traceId}${form}` }, text);
  return h(
    'details',
    { class: 'menu' },
    h('summary', {}, t('export')),
    h('div', {}, link('.html', t('exportHtml')), link('.otlp.json', t('exportJson'))),
  );
}
