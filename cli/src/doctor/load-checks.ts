import { startInstance } from '../emulator/instance';
import type { ErrorResponse } from '../emulator/instance-protocol';
import type { FunctionSpec } from '../functions/function-spec';
import { splitHandler } from '../functions/prepare-function';
import type { PreparedFunction } from '../functions/prepare-function';
import type { Finding } from './finding';

const firstLine = (text: string): string => text.split('\n', 1)[0]!;

function loadFinding(name: string, { errorType, errorMessage, stackTrace }: ErrorResponse): Finding {
  const place = stackTrace
    ?.find((line) => /^\s*at .*\.[cm]?[jt]s:\d/.test(line) && !/instance-main|node:/.test(line))
    ?.trim();
  return {
    check: 'handler-module',
    level: 'error',
    problem: `${name} cannot be loaded: ${errorType === undefined ? '' : `${errorType}: `}${firstLine(errorMessage)}${place === undefined ? '' : ` (${place})`}`,
    remedy:
      errorType === 'HandlerNotFound'
        ? 'export it, or correct the name in s.yaml'
        : errorType === 'ImportModuleError'
          ? 'install the package, or correct the path'
          : 'correct the module: FC fails every call with this error',
  };
}

function hookFinding(name: string, { errorType, errorMessage }: ErrorResponse): Finding {
  const message = firstLine(errorMessage);
  if (message.includes('CAPTIVE_DEPENDENCY')) {
    return {
      check: 'captive-dependency',
      level: 'error',
      problem: message,
      remedy: 'give the singleton the scope of the invocation, or resolve the other object in a method',
    };
  }
  if (message.includes('UNRESOLVABLE_DEPENDENCY') || /TypeInfo not known|Cannot inject/.test(message)) {
    return {
      check: /metadata/i.test(message) ? 'decorator-metadata' : 'handler-construction',
      level: 'error',
      problem: message,
      remedy:
        'emit decorator metadata (emitDecoratorMetadata, not with esbuild or tsx), or name the classes in the option inject',
    };
  }
  return {
    check: 'handler-construction',
    level: 'error',
    problem: `${name} fails: ${errorType === undefined ? '' : `${errorType}: `}${message}`,
    remedy: 'correct it: FC replaces an instance whose initializer fails',
  };
}

/** Loads handler and hooks in an instance, and runs the initializer, as a cold start does. */
export async function checkLoading(spec: FunctionSpec, prepared: PreparedFunction): Promise<Finding[]> {
  const { codeDir, handler, initializer, preStop, execArgv = [], loaderEnv = {} } = prepared;
  const instance = startInstance({
    codeDir,
    handler,
    execArgv,
    loaderEnv,
    env: spec.env,
    functionName: spec.name,
    memorySize: spec.memorySize,
    generation: spec.generation,
    handlerStyle: 'auto',
    optionalHooks: true,
  });
  try {
    const named = [handler, ...(spec.optionalHooks ? [] : [initializer, preStop])].filter((name) => name !== undefined);
    const findings: Finding[] = [];
    for (const name of named) {
      const response = await instance.load(name);
      if (!response.ok) findings.push(loadFinding(name, response.error));
    }
    if (findings.length > 0) return findings;
    // Without an initializer in s.yaml, the one of createHandler tells whether the handler can be constructed.
    const hook = initializer ?? `${splitHandler(handler)[0]}.initialize`;
    const response = await instance.runHook(hook);
    return response.ok ? [] : [hookFinding(hook, response.error)];
  } finally {
    await instance.kill();
  }
}
