import { isServer } from '../functions/function-spec';
import type { FunctionSpec } from '../functions/function-spec';
import { mayRunNode } from './start-command';

/** Whether a function runs on Node.js. A custom runtime whose start command is not known may. */
export function isNodeFunction(spec: FunctionSpec): boolean {
  if (!isServer(spec)) return spec.runtime.startsWith('nodejs');
  return spec.runtime !== 'custom-container' && mayRunNode(spec);
}
