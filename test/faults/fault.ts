import type { Socket } from 'node:net';
import type { Exchange } from './exchange';

/** How a collector behaves while a fault lasts. Without a member it behaves as a healthy one. */
export interface FaultBehaviour {
  /** Handles an accepted connection. `speakHttp` passes it to the HTTP server. */
  readonly connect?: (socket: Socket, speakHttp: () => void) => void;
  /** Responds to a request. */
  readonly answer?: (exchange: Exchange) => void | Promise<void>;
}

/** A kind of faulty collector. */
export interface Fault {
  /** Starts the fault. `timeoutMillis` is the exporter's timeout, which some faults have to exceed. */
  readonly start: (timeoutMillis: number) => FaultBehaviour;
  /**
   * What becomes of spans that are sent during the fault: `accepted` by this collector, `retryable`, or `refused` for
   * good, so that a later attempt is pointless. `mixed`: it depends on the request.
   */
  readonly spans: 'accepted' | 'retryable' | 'refused' | 'mixed';
  /** Spans may be stored although their acknowledgement is lost, late or not readable. */
  readonly losesAcknowledgements?: true;
  /** Some requests succeed while the fault lasts, so there is no single outage. */
  readonly isIntermittent?: true;
  /** The collector is not listening at all. */
  readonly refusesConnections?: true;
  /** Another endpoint than the collector's own: one that cannot recover. */
  readonly endpoint?: (origin: string) => string;
}
