import type { IncomingMessage, ServerResponse } from 'node:http';
import { setImmediate } from 'node:timers/promises';
import { renderTraceHtml, toOtlpJson } from './export';
import { acceptIntake, decodeIntake, intakeOf, readBody } from './intake';
import type { LiveEvents } from './live-events';
import { matches, parseSearch, searchable } from './model/search';
import type { SearchTerm } from './model/search';
import type { TraceData } from './model/span';
import { pageFiles, pageHtml } from './page-files';
import { readTraceFile } from './trace-file';
import type { TraceStore } from './trace-store';

/** What the routes need. */
export interface RouteContext {
  readonly store: TraceStore;
  readonly live: LiveEvents;
  /** Adds received spans and log records to the store. */
  receive(data: TraceData): void;
}

const MAX_IMPORT_BYTES = 256 * 1024 * 1024;
const HEAD = '<link rel="stylesheet" href="/app.css">\n<script defer src="/app.js"></script>';

function send(response: ServerResponse, status: number, type: string, body: string): void {
  response.writeHead(status, { 'content-type': `${type}; charset=utf-8` }).end(body);
}

const sendJson = (response: ServerResponse, value: unknown): void =>
  send(response, 200, 'application/json', JSON.stringify(value));

/** Whether a trace has a span to which all terms apply. */
function traceMatches({ spans }: TraceData, terms: readonly SearchTerm[]): boolean {
  return terms.length === 0 || spans.some((span) => matches(terms, searchable(span)));
}

// For so long a search may keep the server from receiving.
const SEARCH_SLICE_MS = 20;

async function matchingIds(store: TraceStore, terms: readonly SearchTerm[]): Promise<string[]> {
  const ids = store.traceIds();
  if (terms.length === 0) return ids;
  const found: string[] = [];
  let sliceStart = performance.now();
  for (const traceId of ids) {
    if (traceMatches(store.get(traceId) ?? { spans: [] }, terms)) found.push(traceId);
    if (performance.now() - sliceStart < SEARCH_SLICE_MS) continue;
    await setImmediate();
    sliceStart = performance.now();
  }
  return found;
}

async function sendSummaries({ store }: RouteContext, response: ServerResponse, query: URLSearchParams): Promise<void> {
  const ids = await matchingIds(store, parseSearch(query.get('q') ?? ''));
  const summaries = ids.map((traceId) => store.summary(traceId));
  sendJson(response, { summaries: summaries.filter((summary) => summary !== undefined), stats: store.stats() });
}

/** Sends all matching traces as OTLP JSON, or as one line per trace and then one per received request. */
async function sendTraces({ store }: RouteContext, response: ServerResponse, query: URLSearchParams): Promise<void> {
  const terms = parseSearch(query.get('q') ?? '');
  const limit = query.get('limit');
  const ids = (await matchingIds(store, terms)).slice(0, limit === null ? undefined : Math.max(0, Number(limit) || 0));
  const traces = ids.reverse().map((traceId): TraceData => store.get(traceId) ?? { spans: [] });
  if (!query.has('follow')) {
    sendJson(
      response,
      toOtlpJson({ spans: traces.flatMap(({ spans }) => spans), logs: traces.flatMap(({ logs = [] }) => logs) }),
    );
    return;
  }
  response.writeHead(200, { 'content-type': 'application/x-ndjson; charset=utf-8' });
  response.flushHeaders();
  const write = (data: TraceData): void => {
    // A reader that stops reading must not fill the memory.
    if (response.writableLength > 64 * 1024 * 1024) response.destroy();
    else response.write(`${JSON.stringify(toOtlpJson(data))}\n`);
  };
  for (const trace of traces) write(trace);
  const unsubscribe = store.subscribe((change) => {
    const spans = change.spans.filter((span) => terms.length === 0 || matches(terms, searchable(span)));
    const logs = terms.length === 0 ? change.logs : [];
    if (spans.length > 0 || logs.length > 0) write({ spans, logs });
  });
  response.on('close', unsubscribe);
}

function sendLinkedFrom({ store }: RouteContext, response: ServerResponse, traceId: string): void {
  sendJson(response, toOtlpJson({ spans: store.linkedFrom(traceId) }));
}

function sendTrace({ store }: RouteContext, response: ServerResponse, traceId: string, form: string): void {
  const trace = store.get(traceId);
  if (trace === undefined) return send(response, 404, 'text/plain', 'no such trace\n');
  if (form === '/linked') return sendLinkedFrom({ store } as RouteContext, response, traceId);
  if (form === '.html') {
    response.setHeader('content-disposition', `attachment; filename="trace-${traceId}.html"`);
    return send(response, 200, 'text/html', renderTraceHtml(trace));
  }
  if (form === '.otlp.json') {
    response.setHeader('content-disposition', `attachment; filename="trace-${traceId}.otlp.json"`);
  }
  sendJson(response, toOtlpJson(trace));
}

async function importFile(context: RouteContext, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const traceIds = new Set<string>();
  for (const data of readTraceFile((await readBody(request, MAX_IMPORT_BYTES)).toString('utf8'))) {
    context.receive(data);
    for (const span of data.spans) traceIds.add(span.traceId);
  }
  sendJson(response, { traceIds: [...traceIds] });
}

function clear({ store }: RouteContext, response: ServerResponse): void {
  store.clear();
  response.writeHead(204).end();
}

const NOT_FOUND = 'send traces to POST /v1/traces (OTLP) or POST /api/traces (Jaeger thrift)\n';

async function route(context: RouteContext, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const intake = intakeOf(request);
  if (intake !== undefined) {
    context.receive(decodeIntake(intake, request, await readBody(request)));
    return acceptIntake(intake, request, response);
  }
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://localhost');
  const trace = /^\/api\/traces\/([0-9a-f]{32})(\/linked|\.html|\.otlp\.json|)$/.exec(pathname);
  const action = `${request.method} ${pathname}`;
  if (action === 'GET /') send(response, 200, 'text/html', pageHtml(HEAD));
  else if (action === 'GET /app.js') send(response, 200, 'text/javascript', pageFiles().script);
  else if (action === 'GET /app.css') send(response, 200, 'text/css', pageFiles().style);
  else if (action === 'GET /api/summaries') await sendSummaries(context, response, searchParams);
  else if (action === 'GET /api/events') context.live.add(response);
  else if (action === 'GET /api/traces') await sendTraces(context, response, searchParams);
  else if (request.method === 'GET' && trace !== null) sendTrace(context, response, trace[1] ?? '', trace[2] ?? '');
  else if (action === 'POST /api/import') await importFile(context, request, response);
  else if (action === 'DELETE /api/traces') clear(context, response);
  else send(response, 404, 'text/plain', NOT_FOUND);
}

/** Answers one request. A request that cannot be decoded gets the status 400. */
export async function answer(context: RouteContext, request: IncomingMessage, response: ServerResponse): Promise<void> {
  try {
    await route(context, request, response);
  } catch (error) {
    if (response.headersSent) response.destroy();
    else {
      response.setHeader('connection', 'close');
      send(response, 400, 'text/plain', `${error instanceof Error ? error.message : 'not decodable'}\n`);
    }
  }
}
