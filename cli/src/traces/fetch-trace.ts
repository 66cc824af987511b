import { UsageError } from '../usage-error';
import type { TraceData } from '../viewer/model/span';
import { traceDataOf } from '../viewer/otlp-records';

/** Reads a trace from a running viewer. Throws a `UsageError` if there is no viewer, or no such trace in it. */
export async function fetchTrace(viewer: URL, traceId: string): Promise<TraceData> {
  let response: Response;
  try {
    response = await fetch(new URL(`/api/traces/${traceId}`, viewer));
  } catch (error) {
    throw new UsageError(`there is no viewer at ${viewer.origin}; --viewer names another one`, { cause: error });
  }
  if (!response.ok) throw new UsageError(`the viewer at ${viewer.origin} has no trace ${traceId}`);
  return traceDataOf(await response.json());
}
