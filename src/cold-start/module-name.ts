import path from 'node:path';

/** A package's files, down to its name: what stands after the last `node_modules`. */
const PACKAGE = /^.*[\\/]node_modules[\\/]((?:@[^\\/]+[\\/])?[^\\/]+)/s;

/** Whether a module is asked for by a package's name, and not by its place. */
export function isBare(request: string): boolean {
  return !/^\.\.?(?:[\\/]|$)/.test(request) && !path.isAbsolute(request);
}

/** The package that a file belongs to, if it lies in one. */
export function packageOf(file: string): string | undefined {
  return PACKAGE.exec(file)?.[1]?.replaceAll('\\', '/');
}

/** Whether a file is the program's own: below its code folder, and in no package. */
export function isOwnFile(file: string, codeFolder: string): boolean {
  const below = path.relative(codeFolder, file);
  return below !== '' && !below.startsWith('..') && !path.isAbsolute(below) && packageOf(file) === undefined;
}

/**
 * What a module is called in a trace: as it was asked for where that is a package, else its path below the code folder.
 * Where a file lies on this machine is never shown: outside of that folder its package has to do, or its bare name.
 */
export function moduleName(request: string, requiredBy: string | undefined, codeFolder: string): string {
  if (isBare(request)) return request;
  const file = path.resolve(requiredBy === undefined ? codeFolder : path.dirname(requiredBy), request);
  if (isOwnFile(file, codeFolder)) return path.relative(codeFolder, file).replaceAll('\\', '/');
  return packageOf(file) ?? path.basename(file);
}
