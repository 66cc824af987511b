import type { TraceData, ViewerSpan } from '../model/span';
import type { TraceSummary } from '../model/summary';
import { spansOfRequest, traceDataOf } from '../otlp-records';
import type { SourceChange, SourceStats, TraceSource } from './trace-source';

async function fetchJson(path: string, init?: RequestInit): Promise<unknown> {
  const response = await fetch(path, init);
  if (!response.ok) throw new Error((await response.text()).trim());
  return response.json();
}

/** The traces of the viewer's server. */
export class ServerSource implements TraceSource {
  readonly isServer = true;

  async summaries(search: string): Promise<{ summaries: TraceSummary[]; stats: SourceStats }> {
    return (await fetchJson(`/api/summaries?q=${encodeURIComponent(search)}`)) as never;
  }

  async trace(traceId: string): Promise<TraceData | undefined> {
    const response = await fetch(`/api/traces/${traceId}`);
    return response.ok ? traceDataOf(await response.json()) : undefined;
  }

  async linkedFrom(traceId: string): Promise<readonly ViewerSpan[]> {
    const response = await fetch(`/api/traces/${traceId}/linked`);
    return response.ok ? spansOfRequest(await response.json()) : [];
  }

  async importText(text: string): Promise<readonly string[]> {
    const { traceIds } = (await fetchJson('/api/import', { method: 'POST', body: text })) as { traceIds: string[] };
    return traceIds;
  }

  async clear(): Promise<void> {
    await fetch('/api/traces', { method: 'DELETE' });
  }

  subscribe(onChange: (change: SourceChange) => void, onConnection: (connected: boolean) => void): void {
    const events = new EventSource('/api/events');
    events.addEventListener('open', () => onConnection(true));
    events.addEventListener('error', () => onConnection(false));
    events.addEventListener('change', ({ data }: MessageEvent<string>) => onChange(JSON.parse(data) as SourceChange));
  }
}
