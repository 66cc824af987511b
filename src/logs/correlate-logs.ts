import type { FcContext } from '../fc/context';
import { tellOnce } from '../diagnostics';
import { correlateMethods } from './log-methods';

const LOGGER_METHODS = ['log', 'debug', 'info', 'warn', 'error'] as const;
const CONSOLE_METHODS = [...LOGGER_METHODS, 'trace'] as const;

/** What the option `logs` asks for, for one invocation or hook. Costs a few look-ups where it is done already. Never throws. */
export function correlateLogs(option: boolean | 'console' | undefined, context: FcContext): void {
  if (option === false) return;
  correlateLogger(context);
  // Each time: FC's runtime, or a library, may have put methods of its own there meanwhile.
  if (option === 'console') correlateConsole();
}

/** Has lines of FC's logger carry the ids of the place they are logged at. The logger stays that object; the same for a shared one. */
export function correlateLogger(context: FcContext): void {
  const logger = loggerOf(context);
  if (logger === undefined || correlateMethods(logger, LOGGER_METHODS).isComplete) return;
  tellOnce(
    'methods of context.logger cannot be replaced (a frozen object, a getter or a proxy); their lines carry no ids',
  );
}

function loggerOf(context: FcContext): object | undefined {
  try {
    const logger: unknown = context.logger;
    return (typeof logger === 'object' && logger !== null) || typeof logger === 'function' ? logger : undefined;
  } catch {
    return undefined;
  }
}

/** Has lines of the console carry the ids of the place they are logged at, for the whole process. Gives what takes that back. */
export function correlateConsole(): () => void {
  const { isComplete, undo } = correlateMethods(console, CONSOLE_METHODS);
  if (!isComplete) tellOnce('methods of the console cannot be replaced; their lines carry no ids');
  return undo;
}
