import type { AnsweredCall } from './orders-story';
import { paint } from './terminal';

/** Shows a call with its answer, as its caller sees it. */
export function describeAnswer({ title, event, invocation }: AnsweredCall): string {
  const { ok, body, error, durationMs, coldStart } = invocation;
  const took = paint('dim', `${durationMs.toFixed(0)} ms${coldStart ? ', cold start' : ''}`);
  const answer = ok
    ? paint('green', body.toString('utf8'))
    : paint(
        'red',
        error === undefined ? body.toString('utf8') : `${error.errorType ?? 'error'}: ${error.errorMessage}`,
      );
  return [`${paint('bold', title)}  ${event}`, `  ${ok ? 'answer' : 'error'}  ${answer}  ${took}`].join('\n');
}
