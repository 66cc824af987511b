import type { FunctionSpec } from '../functions/function-spec';

/** The variables of a process that loads a built function. */
export const environmentOf = (spec: FunctionSpec): Record<string, string> => ({
  PATH: process.env['PATH'] ?? '',
  FC_FUNCTION_NAME: spec.name,
  FC_FUNCTION_HANDLER: spec.handler,
  // Node.js passes that of this process on otherwise.
  NODE_V8_COVERAGE: '',
  ...spec.env,
});
