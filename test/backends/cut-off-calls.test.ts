import path from 'node:path';
import { startInstance } from '../../cli/test/emulator/built';
import { runs } from '../soak';
import { findJaeger, jaegerInstructions, jaegerRequired } from './jaeger-binary';
import { startJaeger } from './jaeger-server';
import type { JaegerServer } from './jaeger-server';

const binary = findJaeger();
const skipped = binary === undefined && !jaegerRequired;
if (skipped) console.log(`skipped: ${jaegerInstructions}`);

/** The spans of a call that hangs and is cut off: two of FC, four of the call, and three snapshots. */
const SPANS = 9;
const KILLS = runs({ short: 1, long: 20, full: 200 });
/** The instances that run at a time. */
const AT_ONCE = 4;

(skipped ? describe.skip : describe).each(['jaeger', 'otlp'] as const)('%s', (protocol) => {
  let jaeger: JaegerServer;
  beforeAll(async () => {
    jaeger = await startJaeger(binary!);
  }, 30_000);
  afterAll(() => jaeger.stop());

  /** Makes a call that hangs, cuts it off, and returns what Jaeger has of it. */
  async function cutOff(timeout: number, signal: boolean): Promise<unknown> {
    const instance = startInstance({
      handler: 'payments.handler',
      handlerStyle: 'promise',
      codeDir: path.join(__dirname, '..', 'cut-off', 'functions'),
      timeout,
      tracing: { endpoint: jaeger.thriftEndpoint },
      env: protocol === 'otlp' ? { OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: jaeger.otlpEndpoint } : {},
    });
    // Not the first call: FC's time starts a little earlier than that of a process that loads the program.
    await instance.invoke({ end: 'work' });
    const call = instance.invoke({ end: 'hang' });
    const isHanging = (): boolean => instance.logs.filter((line) => line.endsWith('paying')).length === 2;
    while (signal && !isHanging()) await new Promise((resolve) => setTimeout(resolve, 5));
    if (signal) process.kill(instance.pid!, 'SIGTERM');
    const { traceId } = await call;
    await instance.delivered();
    const { spans } = await jaeger.readTrace(traceId!, SPANS);
    await instance.stop();
    return {
      spans: spans.length,
      hanging: spans.filter(({ operationName }) => operationName.startsWith('Payments.charge')).length,
      warnings: spans.flatMap(({ warnings }) => warnings ?? []),
    };
  }

  async function cutOffAll(timeout: number, signal: boolean): Promise<unknown[]> {
    const results: unknown[] = [];
    const workers = Array.from({ length: Math.min(AT_ONCE, KILLS) }, async (_, worker) => {
      for (let run = worker; run < KILLS; run += AT_ONCE) results[run] = await cutOff(timeout, signal);
    });
    await Promise.all(workers);
    return results;
  }

  const complete = { spans: SPANS, hanging: 2, warnings: [] };

  test(`${KILLS} calls that FC kills at their timeout are complete, without warnings`, async () => {
    expect(await cutOffAll(1, false)).toEqual(Array.from({ length: KILLS }, () => complete));
  }, 900_000);

  test(`${KILLS} calls that hang at SIGTERM are complete, without warnings`, async () => {
    expect(await cutOffAll(30, true)).toEqual(Array.from({ length: KILLS }, () => complete));
  }, 900_000);
});
