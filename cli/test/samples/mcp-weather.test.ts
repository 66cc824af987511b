import { buildTraces } from '../../../src/testing/trace-tree';
import { interruptCli } from '../cli-process';
import { deploymentOf } from './deployment';

const { deployBoth, TRANSPORTS } =
  require('../../dist/samples/mcp-weather.js') as typeof import('../../src/samples/mcp-weather');

const FORECASTS: Readonly<Record<string, string>> = {
  Beijing: 'sun, 12 °C',
  Hangzhou: 'rain, 18 °C',
  Shanghai: 'clouds, 19 °C',
  Atlantis: 'no forecast for Atlantis',
};
const CITIES = Object.keys(FORECASTS);

const current = deploymentOf('mcp-weather');

const transports = Object.entries(TRANSPORTS);

test.each(transports)(
  '%s: of concurrent questions, each is one trace with only its own city on both sides',
  async (_name, transport) => {
    const { assistant, weather } = await deployBoth(current.deployment, transport);
    const questions = await Promise.all(
      CITIES.map(async (city) => ({ city, invocation: await assistant.invoke({ city }) })),
    );
    await weather.preStop();
    await current.deployment.delivered();
    for (const { city, invocation } of questions) {
      expect(JSON.parse(invocation.body.toString())).toEqual({ city, answer: FORECASTS[city] });
      const spans = current.collector.spans().filter(({ traceId }) => traceId === invocation.traceId);
      expect(buildTraces(spans).map(({ roots }) => roots.map(({ span }) => span.name))).toEqual([['InvokeFunction']]);
      expect(
        spans
          .filter(({ name }) => name === 'tools/call forecast')
          .map(({ kind, resource, status }) => [kind, resource['service.name'], status.code].join(' '))
          .sort(),
      ).toEqual(
        ['client assistant', 'server weather'].map((side) => `${side} ${city === 'Atlantis' ? 'ERROR' : 'UNSET'}`),
      );
      expect(spans.flatMap(({ attributes }) => attributes['weather.city'] ?? [])).toEqual([city]);
      expect(new Set(spans.map(({ spanId }) => spanId)).size).toBe(spans.length);
    }
    expect(new Set(current.collector.spans().map(({ traceId }) => traceId)).size).toBe(CITIES.length);
  },
  60_000,
);

test.each(transports)(
  '%s: a question that is not sampled gets the same answer, and neither function creates a span',
  async (_name, transport) => {
    const { assistant, weather } = await deployBoth(current.deployment, transport, false);
    for (const city of CITIES) {
      expect(JSON.parse((await assistant.invoke({ city })).body.toString())).toEqual({ city, answer: FORECASTS[city] });
    }
    await weather.preStop();
    await current.deployment.delivered();
    expect(current.collector.requests).toEqual({ jaeger: 0, otlp: 0, rejected: 0 });
  },
  60_000,
);

test.concurrent.each([0, 500, 1_500, 3_000])(
  'Ctrl-C after %i ms leaves no process and no folder behind',
  async (milliseconds) => {
    expect(await interruptCli(['sample', 'mcp-weather'], 'the event function assistant', milliseconds)).toEqual([]);
  },
);
