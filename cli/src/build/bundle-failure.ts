import { resolve } from 'node:path';
import type { BuildFailure as EsbuildFailure } from 'esbuild';
import { BundleError } from '../bundling/bundle-error';
import { isInstalled } from '../bundling/module-files';
import type { FunctionSpec } from '../functions/function-spec';

const UNRESOLVED = /^Could not resolve "([^"]+)"/;
const TOP_LEVEL_AWAIT = /Top-level await is currently not supported with the "cjs" output format/;

/** What esbuild throws. */
export type BuildFailure = Error & Partial<Pick<EsbuildFailure, 'errors'>>;

/** The error for a failure: with a code, and a remedy if one is known. */
export function failureOf(spec: FunctionSpec, error: BuildFailure): unknown {
  const { errors } = error;
  const own = errors?.find(({ detail }) => detail instanceof BundleError);
  if (own !== undefined) return own.detail;
  const [first] = errors ?? [];
  if (first === undefined) return error;
  const place = first.location ? ` (${first.location.file}:${first.location.line})` : '';
  const remedy = first.text.startsWith('Could not resolve')
    ? '. Install it, or name it in --external if it is not needed'
    : '';
  return new BundleError('BUNDLE_FAILED', `${spec.name}: ${first.text}${place}${remedy}`, { cause: error });
}

/** The error for one of the file system, such as a file that may not be read. Others stay as they are. */
export function fileFailureOf(spec: FunctionSpec, error: unknown): unknown {
  const { syscall, message } = error as NodeJS.ErrnoException;
  if (syscall === undefined) return error;
  return new BundleError('BUNDLE_FAILED', `${spec.name}: a file cannot be read or written: ${message}`, {
    cause: error,
  });
}

/** Whether a bundle cannot be CommonJS. */
export function isTopLevelAwait({ errors = [] }: BuildFailure): boolean {
  return errors.some(({ text }) => TOP_LEVEL_AWAIT.test(text));
}

/**
 * The packages that installed packages require, and that are not installed, if a bundle fails only because of them.
 * Where they are needed, Node.js throws, as without a bundle.
 */
export function absentPackages({ errors = [] }: BuildFailure): string[] {
  const names = errors.flatMap(({ text, location }) => {
    const name = UNRESOLVED.exec(text)?.[1];
    return name !== undefined && location !== null && isInstalled(resolve(location.file)) ? [name] : [];
  });
  return names.length === errors.length ? names : [];
}
