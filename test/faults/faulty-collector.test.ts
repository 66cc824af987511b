import { execFile } from 'node:child_process';
import http from 'node:http';
import https from 'node:https';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { buffer } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { root } from '../package/fresh-process';
import type { Protocol } from './exchange';
import { FAULTS } from './faults';
import { startFaultyCollector } from './faulty-collector';

/** The bodies that the real exporters send for two spans. */
const bodies: Partial<Record<Protocol, Buffer>> = {};
const PATHS: Record<Protocol, string> = { jaeger: '/api/traces', otlp: '/v1/traces' };
/** How long a sender waits for collectors that are expected to be silent, and for the others. */
const SILENCE_MILLIS = 300;
const PATIENCE_MILLIS = 20_000;
/** An exporter's timeout so long that a late acknowledgement counts as silence in this test. */
const TIMEOUT_MILLIS = 2_000;
const PROGRAM = `
  const { createHandler } = require(${JSON.stringify(path.join(root, 'dist', 'index.js'))});
  class Shop { handle() {} }
  const context = { requestId: '1-1', credentials: {}, function: { name: 'shop', timeout: 60 }, service: {} };
  (async () => {
    for (const endpoint of process.argv.slice(1)) {
      await createHandler(Shop, { endpoint, coldStartSpans: false }).handler(Buffer.from('{}'), context);
    }
  })();
`;

/** Records one request of each real exporter. They run in their own process, as jest has no dynamic `import`. */
async function recordBodies(): Promise<void> {
  const server = http.createServer((request, response) => {
    void buffer(request).then((body) => {
      bodies[request.url === PATHS.jaeger ? 'jaeger' : 'otlp'] = body;
      response.end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  await promisify(execFile)(process.execPath, ['-e', PROGRAM, origin + PATHS.jaeger, origin + PATHS.otlp]);
  server.close();
}

/** Sends a body once, on a new connection. Returns the status of the response, or what went wrong. */
function send(endpoint: string, body: Buffer, expected: RegExp, isRead = (): boolean => true): Promise<string> {
  return new Promise((resolve) => {
    const { request } = endpoint.startsWith('https:') ? https : http;
    const outgoing = request(endpoint, { method: 'POST', agent: false }, (response) => {
      const end = (how: string) => (): void => settle(`${response.statusCode}${how}`);
      let size = 0;
      response
        .on('data', (chunk: Buffer) => {
          size += chunk.length;
          if (size > 1_000_000) settle(`${response.statusCode}, huge`);
        })
        .on('end', end(''))
        .on('error', end(', cut off'));
      wait(', no end', end(', no end'));
    });
    let timer: NodeJS.Timeout | undefined;
    const wait = (outcome: string, settleSilent: () => void): void => {
      clearTimeout(timer);
      timer = setTimeout(settleSilent, expected.source.includes(outcome) ? SILENCE_MILLIS : PATIENCE_MILLIS);
    };
    const settleWhenRead = (outcome: string): void => {
      // A busy collector may still read.
      if (isRead()) settle(outcome);
      else timer = setTimeout(() => settleWhenRead(outcome), 20);
    };
    const settle = (outcome: string): void => {
      clearTimeout(timer);
      resolve(outcome);
      outgoing.destroy();
    };
    outgoing
      .on('upgrade', () => settle('upgrade'))
      .on('error', (error: NodeJS.ErrnoException) => settle(error.code ?? error.message))
      .end(body);
    wait('no response', () => settleWhenRead('no response'));
  });
}

/** What a sender observes with three requests, one after the other, if it is not the status in the fault's name. */
const OBSERVED: Readonly<Record<string, RegExp>> = {
  'refuses connections': /^(ECONNREFUSED ?){3}$/,
  'has an unknown host name': /^((ENOTFOUND|EAI_AGAIN|no response) ?){3}$/,
  'speaks no TLS': /^((EPROTO|ERR_SSL\w+) ?){3}$/,
  'rejects the TLS handshake': /^((EPROTO|ERR_SSL\w+) ?){3}$/,
  'accepts connections and never reads': /^(no response ?){3}$/,
  'accepts connections and never responds': /^(no response ?){3}$/,
  'resets connections when they open': /^((ECONNRESET|EPIPE) ?){3}$/,
  'resets connections during the request': /^((ECONNRESET|EPIPE) ?){3}$/,
  'closes connections when they open': /^((ECONNRESET|EPIPE) ?){3}$/,
  'closes its side of connections and keeps reading': /^(ECONNRESET ?){3}$/,
  'closes connections in the middle of the headers': /^((ECONNRESET|HPE_\w+) ?){3}$/,
  'stops in the middle of the headers': /^(no response ?){3}$/,
  'responds with garbage': /^(HPE_\w+ ?){3}$/,
  'responds with headers of 100 KB': /^(HPE_HEADER_OVERFLOW ?){3}$/,
  'responds with an invalid content length': /^(HPE_INVALID_CONTENT_LENGTH ?){3}$/,
  'switches protocols without being asked': /^(upgrade ?){3}$/,
  'sends informational responses without end': /^(no response ?){3}$/,
  'resets connections for 0.7 s': /^ECONNRESET ((ECONNRESET|20[02]) ?){2}$/,
  'is one of two, and the other one never responds': /^no response (20[02]|no response) no response$/,
  'is one of two, and the other one resets connections': /^ECONNRESET 20[02] ECONNRESET$/,
  'resets connections every other 100 ms': /^((ECONNRESET|20[02]) ?){3}$/,
  'accepts one connection at a time and resets the others': /^((20[02]|ECONNRESET) ?){3}$/,
  'starts to read after 100 ms': /^(20[02] ?){3}$/,
  'reads the request and never responds': /^(no response ?){3}$/,
  'reads the request and resets the connection': /^(ECONNRESET ?){3}$/,
  'reads the request and closes the connection': /^(ECONNRESET ?){3}$/,
  'stores the spans and resets the connection': /^(ECONNRESET ?){3}$/,
  'acknowledges after the timeout': /^(no response ?){3}$/,
  'is silent after the headers': /^(200, no end ?){3}$/,
  'sends a response that never ends': /^(200, no end ?){3}$/,
  'sends an error that never ends': /^(503, no end ?){3}$/,
  'closes the connection in the middle of the body': /^(200, cut off ?){3}$/,
  'sends the body slowly': /^(200 ?){3}$/,
  'responds before it has read the request': /^((503|EPIPE|ECONNRESET) ?){3}$/,
  'sends a response of 16 MB': /^(200, huge ?){3}$/,
  'sends an invalid protobuf response': /^(20[02] ?){3}$/,
  'compresses its response': /^(20[02] ?){3}$/,
  'responds with 200 and no body': /^(20[02] ?){3}$/,
  'rejects one span of each request': /^(200 ?){3}$/,
  'rejects all spans of each request': /^(200 ?){3}$/,
  'accepts all spans with a warning': /^(200 ?){3}$/,
  'rejects requests above 4 KB with 413': /^(200 ?){3}$/,
  'rejects requests above 4 KB with 400': /^(200 ?){3}$/,
  'rejects requests above 4 KB with 500': /^(200 ?){3}$/,
  'rejects requests above 10 spans with 413': /^(200 ?){3}$/,
  'rejects every other request with 503': /^503 20[02] 503$/,
  'rejects two requests in three with 429': /^429 429 20[02]$/,
  'redirects without a location': /^(302 ?){3}$/,
};

function expectedOf(name: string): RegExp {
  const status = /with (\d{3})\b/.exec(name)?.[1];
  return OBSERVED[name] ?? new RegExp(`^(${status} ?){3}$`);
}

const cases = Object.keys(FAULTS).flatMap((name) => [
  [name, 'jaeger' as const] as const,
  [name, 'otlp' as const] as const,
]);

test('there are more than 60 kinds of faulty collectors', () => {
  expect(Object.keys(FAULTS).length).toBeGreaterThan(60);
  expect(Object.keys(OBSERVED).filter((name) => !(name in FAULTS))).toEqual([]);
});

interface Observation {
  /** What three requests got during the fault, one after the other. */
  readonly during: string;
  readonly stored: readonly string[];
  readonly acknowledged: readonly string[];
  /** What one request got after it. */
  readonly after: string;
}

async function observe(name: string, protocol: Protocol): Promise<Observation> {
  const fault = FAULTS[name]!;
  const collector = await startFaultyCollector();
  const { ledger } = collector;
  await collector.fail(fault, TIMEOUT_MILLIS);
  const outcomes: string[] = [];
  const endpoint = collector.endpoint(protocol, fault);
  const isRead = (): boolean => fault.losesAcknowledgements !== true || ledger.stored().length > 0;
  for (let n = 0; n < 3; n += 1) outcomes.push(await send(endpoint, bodies[protocol]!, expectedOf(name), isRead));
  const during = { during: outcomes.join(' '), stored: ledger.stored(), acknowledged: ledger.acknowledged() };
  await collector.recover();
  const after = await send(collector.endpoint(protocol), bodies[protocol]!, /20/);
  collector.close();
  return { ...during, after };
}

const observations = new Map<string, Observation>();
beforeAll(async () => {
  await recordBodies();
  await Promise.all(
    cases.map(async ([name, protocol]) => observations.set(name + protocol, await observe(name, protocol))),
  );
});

test.each(cases)('a collector that %s does so over %s, and then recovers', (name, protocol) => {
  const { during, stored, acknowledged, after } = observations.get(name + protocol)!;
  const { spans, losesAcknowledgements = false } = FAULTS[name]!;
  expect(during).toMatch(expectedOf(name));
  if (spans === 'accepted' || losesAcknowledgements) expect(stored).toHaveLength(1);
  if (spans === 'refused') expect(stored).toEqual([]);
  if (!losesAcknowledgements) expect(acknowledged).toEqual(stored);
  expect(after).toMatch(/^20[02]$/);
});
