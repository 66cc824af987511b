import { countAndTell } from '../diagnostics';

/** A hook's own failure: counted, and the message goes on. */
export function hookFailed(): void {
  countAndTell('fc_traced.telemetry_errors', 1, 'an MCP message could not be traced');
}
