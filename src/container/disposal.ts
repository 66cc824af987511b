import { countAndTell } from '../diagnostics';
import { settledWithin } from '../tracing/telemetry/shared-flush';
import type { OpenContainer } from './child-container';

/** Disposes of what was made in an invocation's container. Resolves at the latest after `timeoutMillis`; never rejects: what fails is counted. */
export async function disposeOf(child: OpenContainer, timeoutMillis: number): Promise<void> {
  if (child.disposables.size === 0) return;
  const failed = (): void =>
    countAndTell('fc_traced.telemetry_errors', 1, 'a service failed while it was disposed of after its invocation');
  // A constructor-made disposable may throw at once; tsyringe then leaves the others undisposed, so each is asked by itself.
  const all = [...child.disposables].map(async (disposable) => {
    try {
      await (disposable as { dispose(): unknown }).dispose();
    } catch {
      failed();
    }
  });
  if (!(await settledWithin(Promise.all(all), timeoutMillis))) failed();
}
