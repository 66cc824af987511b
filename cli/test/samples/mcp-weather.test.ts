import { buildTraces } from '../../../src/testing/trace-tree';
import { interruptSample } from '../cli-process';
import { stageOf } from './deployment-of';

const { deployBoth, WAYS } =
  require('../../dist/samples/mcp-weather.js') as typeof import('../../src/samples/mcp-weather');

const SKY: Readonly<Record<string, string>> = {
  Beijing: 'sun, 12 °C',
  Hangzhou: 'rain, 18 °C',
  Shanghai: 'clouds, 19 °C',
  Atlantis: 'no forecast for Atlantis',
};
const CITIES = Object.keys(SKY);

const on = stageOf('mcp-weather');

const ways = Object.entries(WAYS);

test.each(ways)(
  '%s: questions at once are one trace each, with their own city alone on both sides',
  async (_name, way) => {
    const { assistant, weather } = await deployBoth(on.stage, way);
    const asked = await Promise.all(
      CITIES.map(async (city) => ({ city, invocation: await assistant.invoke({ city }) })),
    );
    await weather.preStop();
    await on.stage.delivered();
    for (const { city, invocation } of asked) {
      expect(JSON.parse(invocation.body.toString())).toEqual({ city, answer: SKY[city] });
      const spans = on.collector.spans().filter(({ traceId }) => traceId === invocation.traceId);
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
    expect(new Set(on.collector.spans().map(({ traceId }) => traceId)).size).toBe(CITIES.length);
  },
  60_000,
);

test.each(ways)(
  '%s: a question that is not sampled gets the same answer, and neither function makes a span',
  async (_name, way) => {
    const { assistant, weather } = await deployBoth(on.stage, way, false);
    for (const city of CITIES) {
      expect(JSON.parse((await assistant.invoke({ city })).body.toString())).toEqual({ city, answer: SKY[city] });
    }
    await weather.preStop();
    await on.stage.delivered();
    expect(on.collector.requests).toEqual({ jaeger: 0, otlp: 0, rejected: 0 });
  },
  60_000,
);

test.each([0, 500, 1_500, 3_000])('Ctrl-C after %i ms leaves no process and no folder', async (milliseconds) => {
  expect(await interruptSample('mcp-weather', 'the event function assistant', milliseconds)).toEqual([]);
});
