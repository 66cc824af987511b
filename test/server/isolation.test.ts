import { Handler, logFields, Traced, traceHeaders } from 'fc-traced';
import type { HttpEvent } from 'fc-traced';
import { serve } from 'fc-traced/server';
import type { RunningServer } from 'fc-traced/server';
import { recordTraces } from 'fc-traced/testing';
import http from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { runs } from '../soak';

const REQUESTS = runs({ short: 2_000, long: 10_000 });
const CONCURRENCY = 200;
const lines: { readonly user: string; readonly traceId: string | undefined; readonly requestId: string | undefined }[] =
  [];

@Handler({ baggageAttributes: ['user'] })
class Api {
  async handle(event: HttpEvent): Promise<unknown> {
    const user = event.queryParameters.user!;
    await sleep(Number(user) % 4);
    const headers = await this.inner(user);
    const { trace_id: traceId, request_id: requestId } = logFields();
    lines.push({ user, traceId, requestId });
    if (Number(user) % 10 === 0) throw new Error(`failure of ${user}`);
    return headers;
  }

  @Traced({ name: 'inner', attributes: (user) => ({ 'app.user': user }) })
  async inner(user: string): Promise<Record<string, string>> {
    await sleep(Number(user) % 3);
    return traceHeaders();
  }
}

const traceIdOf = (index: number): string => (index + 1).toString(16).padStart(32, 'a');

function ask(port: number, agent: http.Agent, index: number): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    const headers = { traceparent: `00-${traceIdOf(index)}-00000000000000ff-01`, baggage: `user=${index}` };
    http
      .get({ host: '127.0.0.1', port, path: `/?user=${index}`, agent, headers }, (response) => {
        let text = '';
        response
          .on('data', (piece: Buffer) => {
            text += piece.toString();
          })
          .on('end', () => resolve({ status: response.statusCode!, text }));
      })
      .on('error', reject);
  });
}

const traces = recordTraces();
const agent = new http.Agent({ keepAlive: true, maxSockets: CONCURRENCY });
let server: RunningServer;
beforeAll(async () => {
  jest.spyOn(console, 'error').mockImplementation(() => {});
  server = await serve(Api, { port: 0, host: '127.0.0.1' });
});
afterAll(async () => {
  traces.stop();
  agent.destroy();
  await server.close();
});

test(`${REQUESTS} requests, ${CONCURRENCY} of them concurrent, share no spans, log lines or baggage`, async () => {
  let next = 0;
  const worker = async (): Promise<void> => {
    for (let index = next++; index < REQUESTS; index = next++) {
      const { status, text } = await ask(server.port, agent, index);
      if (index % 10 === 0) expect([status, text.includes('failure of')]).toEqual([500, false]);
      else {
        expect(JSON.parse(text)).toMatchObject({
          traceparent: expect.stringContaining(traceIdOf(index)) as unknown,
          baggage: `user=${index}`,
        });
      }
    }
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, worker));
  await server.close();
  const spans = traces.spans();
  expect(spans.length).toBe(2 * REQUESTS);
  const wrong = spans.filter(({ traceId, name, attributes, status }) => {
    const index = Number(attributes.user);
    const failed = name !== 'inner' && index % 10 === 0;
    return (
      traceId !== traceIdOf(index) ||
      (name === 'inner' && attributes['app.user'] !== String(index)) ||
      (status.code === 'ERROR') !== failed
    );
  });
  expect(wrong.length).toBe(0);
  expect(lines.filter(({ user, traceId }) => traceId !== traceIdOf(Number(user)))).toEqual([]);
  expect(new Set(lines.map(({ requestId }) => requestId)).size).toBe(REQUESTS);
}, 300_000);
