import type { Cleanup } from '../cleanup';
import { ExitCode } from '../command';
import type { Backend, Protocol } from '../options';
import { Deployment } from './deployment';
import { renderCall } from './render';
import { orders } from './samples';
import { sendTraces } from './send-traces';
import { collectTraces, printTraces } from './show-traces';
import { paint, print } from '../terminal';
import { keepViewer } from '../traces/keep-viewer';
import { startCollector } from '../viewer/collector';
import { startViewer } from '../viewer/server';

const EXPORTERS: Record<Protocol, string> = {
  jaeger: 'Jaeger thrift, by exporter-jaeger',
  otlp: 'OTLP protobuf, by exporter-trace-otlp-proto',
};

const NEXT_STEPS = `The spans from InvokeFunction to Invocation are FC's own; here an emulator creates them.
The spans below Invocation are the function's: samples/orders/README.md explains them.
To send the traces to your own backend: npm start -- --otlp http://127.0.0.1:4318/v1/traces
For more samples, with databases, files and functions that call functions: npm run sample`;

/** Whether the viewer goes on after the demo. In a terminal it does. */
type Keep = { readonly stay: boolean; readonly open: boolean };

const isKept = ({ stay, open }: Keep): boolean => stay || open || process.stdout.isTTY;

const withoutLog = (): void => undefined;

/**
 * Runs the sample once per protocol against a collector and prints its traces. Resolves to whether all of them arrived.
 */
async function showBothProtocols(keep: Keep, cleanup: Cleanup): Promise<boolean> {
  const viewer = await startViewer();
  cleanup.defer(() => viewer.close());
  const collector = await startCollector();
  cleanup.defer(() => collector.close());
  let complete = true;
  for (const protocol of ['jaeger', 'otlp'] as const) {
    if (cleanup.started) return false;
    print(paint('cyan', `── ${EXPORTERS[protocol]} ──`), '');
    const endpoint = protocol === 'jaeger' ? collector.jaegerEndpoint : collector.otlpEndpoint;
    const ownCleanup = cleanup.nested();
    const deployment = new Deployment(orders.name, endpoint, ownCleanup, withoutLog);
    for await (const run of orders.run(deployment)) {
      if (cleanup.started) return false;
      print(...run.calls.map((call) => renderCall(run.title, call)));
      const { traces, isComplete } = await collectTraces(run, collector);
      viewer.add({ spans: traces.flat() });
      printTraces(traces, deployment, { attributes: orders.attributes, kinds: false, durations: true });
      if (!isComplete) print(paint('red', '  the trace is incomplete'));
      print('');
      complete &&= isComplete;
    }
    await ownCleanup.run();
  }
  const { jaeger, otlp, rejected } = collector.requests;
  print(paint('dim', `The collector received ${jaeger} Jaeger and ${otlp} OTLP requests and rejected ${rejected}.`));
  print(paint('dim', NEXT_STEPS));
  if (cleanup.started) return false;
  print(`The traces can be seen at ${viewer.url}${isKept(keep) ? '' : ' with --stay: this is no terminal'}`);
  await keepViewer(viewer, { ...keep, stay: isKept(keep) }, cleanup);
  return complete;
}

async function sendToBackends(backends: readonly Backend[], cleanup: Cleanup): Promise<boolean> {
  let sent = true;
  for (const backend of backends) {
    if (cleanup.started) return false;
    const ownCleanup = cleanup.nested();
    const deployment = new Deployment(orders.name, backend.endpoint, ownCleanup, withoutLog);
    sent = (await sendTraces(orders, deployment, backend)) && sent;
    await ownCleanup.run();
  }
  return sent;
}

/** Runs the sample `orders` and shows its traces, or sends them to backends. Resolves to an exit code. */
export async function runDemo(backends: readonly Backend[], keep: Keep, cleanup: Cleanup): Promise<number> {
  const ok = backends.length === 0 ? await showBothProtocols(keep, cleanup) : await sendToBackends(backends, cleanup);
  return ok ? ExitCode.Ok : ExitCode.Failed;
}
