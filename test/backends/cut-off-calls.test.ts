import path from 'node:path';
import { startInstance } from '../../cli/test/emulator/built';
import { findJaeger, jaegerInstructions, jaegerRequired } from './jaeger-binary';
import { startJaeger } from './jaeger-server';
import type { JaegerServer } from './jaeger-server';

const binary = findJaeger();
const skipped = binary === undefined && !jaegerRequired;
if (skipped) console.log(`skipped: ${jaegerInstructions}`);

(skipped ? describe.skip : describe)('x', () => {
  let jaeger: JaegerServer;
  beforeAll(async () => {
    jaeger = await startJaeger(binary!);
  }, 30_000);
  afterAll(() => jaeger.stop());
  test.each(['hang'])('%s', async (end) => {
    const instance = startInstance({
      handler: 'payments.handler',
      handlerStyle: 'promise',
      codeDir: path.join(__dirname, '..', 'cut-off', 'functions'),
      timeout: 1,
      tracing: { endpoint: jaeger.thriftEndpoint },
    });
    const { traceId } = await instance.invoke({ end });
    await instance.delivered();
    const trace = await jaeger.readTrace(traceId!, 12);
    console.log(trace.spans.map((s) => [s.operationName, (s as any).warnings]));
    await instance.stop();
  }, 30000);
});
