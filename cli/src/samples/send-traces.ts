import { describeAnswer } from '../answer';
import type { Backend } from '../options';
import { paint, print } from '../terminal';
import type { Ending } from '../cleanup';
import { Stage } from './deployment';
import type { Story } from './sample';

/** Plays a story against a backend of the user's and prints the trace ids to look for. False when something could not be sent. */
export async function send(story: Story, ending: Ending, { protocol, endpoint }: Backend): Promise<boolean> {
  const stage = new Stage(story.name, endpoint, ending, (line) => print(paint('dim', `  started  ${line}`)));
  // The path of an endpoint may hold a token: the host is all that is shown.
  print(
    paint('cyan', `── ${protocol === 'jaeger' ? 'Jaeger thrift' : 'OTLP protobuf'} to ${new URL(endpoint).host} ──`),
  );
  let sent = true;
  for await (const run of story.play(stage)) {
    if (ending.begun) break;
    print('');
    for (const call of run.calls) {
      print(
        describeAnswer({ ...call, title: run.title }),
        paint('dim', `  trace  ${call.invocation.traceId ?? ''}  as in samples/${story.name}/trace/${run.name}.txt`),
      );
    }
    const failure = await stage.delivered().then(
      () => undefined,
      (error: unknown) => (error instanceof Error ? error.message : 'not sent'),
    );
    if (failure === undefined) continue;
    print(paint('red', `  not sent: ${failure.replaceAll(endpoint, 'the endpoint')}`));
    sent = false;
  }
  print('');
  return sent;
}
