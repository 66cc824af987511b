import { connectionFaults } from './connection-faults';
import type { Fault } from './fault';
import { responseFaults } from './response-faults';
import { statusFaults } from './status-faults';

/** All kinds of faulty collectors by name. The name completes the sentence "a collector that …". */
export const FAULTS: Readonly<Record<string, Fault>> = { ...connectionFaults, ...responseFaults, ...statusFaults };
