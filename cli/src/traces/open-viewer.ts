import { UsageError } from '../usage-error';
import { ReceivedTraces } from './received-traces';

/** The port of OTLP over HTTP, to which exporters send by default. */
export const OTLP_PORT = 4318;

const isTaken = (error: unknown): boolean => (error as NodeJS.ErrnoException).code === 'EADDRINUSE';

/**
 * Starts the viewer on a port, or by default on the port of OTLP, or on a free one if that is in use. Throws a
 * `UsageError` if the port is in use.
 */
export async function startOnPort(port: number | undefined, store: string | undefined): Promise<ReceivedTraces> {
  const options = store === undefined ? {} : { store };
  try {
    return await ReceivedTraces.start({ ...options, port: port ?? OTLP_PORT });
  } catch (error) {
    if (!isTaken(error)) throw error;
    if (port === undefined) return ReceivedTraces.start(options);
    throw new UsageError(`the port ${port} is in use`, { cause: error });
  }
}
