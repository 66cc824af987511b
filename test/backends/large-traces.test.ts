import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import type { DeliveryStats } from 'fc-traced';
import { findJaeger, jaegerInstructions, jaegerRequired } from './jaeger-binary';
import { startJaeger, type JaegerServer } from './jaeger-server';

const binary = findJaeger();
const skipped = binary === undefined && !jaegerRequired;
if (skipped) console.log(`skipped: ${jaegerInstructions}`);

const repeat = (count: number, size: number): number[] => Array.from({ length: count }, () => size);

(skipped ? describe.skip : describe).each(['thrift', 'otlp'] as const)('in a real Jaeger, over %s', (protocol) => {
  let jaeger: JaegerServer | undefined;
  beforeAll(async () => {
    if (binary === undefined) throw new Error(jaegerInstructions);
    jaeger = await startJaeger(binary);
  });
  afterAll(() => jaeger?.stop());

  test.each([
    ['100 spans of 100 KB: 10 MB', repeat(100, 100_000)],
    ['a span of 40 MB between small ones', [...repeat(50, 10), 40_000_000, ...repeat(50, 10)]],
  ])(
    'a trace of %s is complete',
    async (_, sizes) => {
      const endpoint = protocol === 'otlp' ? jaeger!.otlpEndpoint : jaeger!.thriftEndpoint;
      const { stdout } = await promisify(execFile)(
        process.execPath,
        [path.join(__dirname, 'large-traces.cjs'), endpoint, JSON.stringify(sizes)],
        { timeout: 60_000 },
      );
      const { traceId, stats } = JSON.parse(stdout) as { traceId: string; stats: DeliveryStats };
      expect(stats).toMatchObject({ made: sizes.length + 1, acknowledged: sizes.length + 1, waiting: 0 });
      const { spans } = await jaeger!.readTrace(traceId, sizes.length + 1);
      expect(spans).toHaveLength(sizes.length + 1);
    },
    90_000,
  );
});
