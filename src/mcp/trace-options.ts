import { FcTracedError } from '../errors';

/** Options of `traceMcpServer` and `traceMcpClient`: what OpenTelemetry's conventions leave to the program, since it may be sensitive. */
export interface McpTraceOptions {
  /** Record the arguments of tool calls, as `gen_ai.tool.call.arguments`. Default: false. */
  readonly toolArguments?: boolean;
  /** Record what tools gave, as `gen_ai.tool.call.result`. Default: false. */
  readonly toolResults?: boolean;
}

const OPTIONS: readonly (keyof McpTraceOptions)[] = ['toolArguments', 'toolResults'];

/** Checks options as a developer wrote them: throws INVALID_OPTION for an unknown key or a value of the wrong kind. */
export function checkMcpOptions(options: unknown, where: string): McpTraceOptions {
  if (options === undefined) return {};
  if (typeof options !== 'object' || options === null || Array.isArray(options)) {
    throw new FcTracedError(
      'INVALID_OPTION',
      `${where} takes an object of options, not ${Array.isArray(options) ? 'an array' : options === null ? 'null' : `a ${typeof options}`}.`,
    );
  }
  for (const [key, value] of Object.entries(options)) {
    if (!OPTIONS.includes(key as keyof McpTraceOptions)) {
      throw new FcTracedError(
        'INVALID_OPTION',
        `${where} has no option "${key}". Its options are ${OPTIONS.join(', ')}.`,
      );
    }
    if (value !== undefined && typeof value !== 'boolean') {
      throw new FcTracedError(
        'INVALID_OPTION',
        `Option "${key}" of ${where} must be true or false, not a value of type ${typeof value}.`,
      );
    }
  }
  return options;
}
