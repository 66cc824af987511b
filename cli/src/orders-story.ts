import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startInstance } from './emulator/instance';
import type { Invocation } from './emulator/invocation';

const REPOSITORY = join(__dirname, '..', '..');

/** One call of the story, answered. */
export interface AnsweredCall {
  readonly title: string;
  readonly event: string;
  readonly invocation: Invocation;
  /** Why FC's own spans could not be sent, if they could not. */
  readonly failure?: string;
}

async function callsOf(): Promise<{ title: string; event: string }[]> {
  const order = JSON.parse(await readFile(join(REPOSITORY, 'samples', 'orders', 'event.json'), 'utf8')) as Record<
    string,
    unknown
  >;
  return [
    { title: 'cold call', event: JSON.stringify(order) },
    { title: 'warm call', event: JSON.stringify({ ...order, id: 'A-1002' }) },
    { title: 'failing call', event: JSON.stringify({ ...order, id: 'A-1003', quantity: 500 }) },
  ];
}

/**
 * Calls the sample `orders` three times in one instance: cold, warm and failing, sending to `endpoint`. The instance is
 * frozen at each answer, as FC freezes it: what a trace lacks then, it lacks.
 */
export async function* playOrders(endpoint: string): AsyncGenerator<AnsweredCall> {
  const instance = startInstance({
    handler: 'handler.handler',
    initializer: 'handler.initialize',
    codeDir: join(REPOSITORY, 'samples', 'dist', 'orders'),
    functionName: 'orders',
    timeout: 10,
    freeze: true,
    tracing: { endpoint },
  });
  try {
    for (const call of await callsOf()) {
      const invocation = await instance.invoke(call.event);
      const failure = await instance.delivered().then(
        () => undefined,
        (error: unknown) => (error instanceof Error ? error.message : 'not sent'),
      );
      yield { ...call, invocation, ...(failure === undefined ? {} : { failure }) };
    }
  } finally {
    await instance.stop();
  }
}
