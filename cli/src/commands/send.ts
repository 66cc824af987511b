import { describeAnswer } from '../answer';
import type { Backend } from '../options';
import { playOrders } from '../orders-story';
import { paint, print } from '../terminal';

/** Plays the sample against real backends and prints the trace ids to look for. False when something could not be sent. */
export async function send(backends: readonly Backend[]): Promise<boolean> {
  let sent = true;
  for (const { protocol, endpoint } of backends) {
    // The path of an endpoint may hold a token: the host is all that is shown.
    print(
      paint('cyan', `── ${protocol === 'jaeger' ? 'Jaeger thrift' : 'OTLP protobuf'} to ${new URL(endpoint).host} ──`),
      '',
    );
    for await (const call of playOrders(endpoint)) {
      print(describeAnswer(call), paint('dim', `  trace  ${call.invocation.traceId ?? ''}`));
      if (call.failure !== undefined) {
        print(paint('red', `  not sent: ${call.failure.replaceAll(endpoint, 'the endpoint')}`));
      }
      print('');
      sent = sent && call.failure === undefined;
    }
  }
  return sent;
}
