import type { Backend } from '../options';
import { paint, print } from '../terminal';
import type { Deployment } from './deployment';
import { expectedTraceFile } from './expected-traces';
import { renderCall } from './render';
import type { Sample } from './sample';

/**
 * Runs a sample whose functions send their traces to a backend, and prints the trace ids to look for. Resolves to
 * whether all of FC's own spans could be sent.
 */
export async function sendTraces(
  sample: Sample,
  deployment: Deployment,
  { protocol, endpoint }: Backend,
): Promise<boolean> {
  // Only the host: the path of an endpoint may contain a token.
  print(
    paint('cyan', `── ${protocol === 'jaeger' ? 'Jaeger thrift' : 'OTLP protobuf'} to ${new URL(endpoint).host} ──`),
  );
  let sent = true;
  for await (const run of sample.run(deployment)) {
    if (deployment.cleanup.started) break;
    print('');
    for (const call of run.calls) {
      const expected = `as in ${expectedTraceFile(sample.name, run.name)}`;
      print(renderCall(run.title, call), paint('dim', `  trace  ${call.invocation.traceId ?? ''}  ${expected}`));
    }
    const failure = await deployment.delivered().then(
      () => undefined,
      (error: unknown) => (error instanceof Error ? error.message : 'unknown error'),
    );
    if (failure === undefined) continue;
    print(paint('red', `  not sent: ${failure.replaceAll(endpoint, 'the endpoint')}`));
    sent = false;
  }
  print('');
  return sent;
}
