import path from 'node:path';

/** The path of a file in a package. The group is the package's name, after the last `node_modules`. */
const PACKAGE = /^.*[\\/]node_modules[\\/]((?:@[^\\/]+[\\/])?[^\\/]+)/s;

/** Whether a module specifier is bare: it names a package or a built-in module instead of a path. */
export function isBareSpecifier(request: string): boolean {
  return !/^\.\.?(?:[\\/]|$)/.test(request) && !path.isAbsolute(request);
}

/** The name of the package that contains a file, or `undefined`. */
export function packageOf(file: string): string | undefined {
  return PACKAGE.exec(file)?.[1]?.replaceAll('\\', '/');
}

/** Whether a file is the program's own: in the code folder and not in a package. */
export function isOwnFile(file: string, codeFolder: string): boolean {
  const relative = path.relative(codeFolder, file);
  return relative !== '' && !relative.startsWith('..') && !path.isAbsolute(relative) && packageOf(file) === undefined;
}

/**
 * The name of a module in a trace: a bare specifier as it was required, otherwise the path relative to the code folder.
 * Absolute paths are never shown: a file outside of the code folder is named after its package or by its base name.
 */
export function moduleName(request: string, requiredBy: string | undefined, codeFolder: string): string {
  if (isBareSpecifier(request)) return request;
  const file = path.resolve(requiredBy === undefined ? codeFolder : path.dirname(requiredBy), request);
  if (isOwnFile(file, codeFolder)) return path.relative(codeFolder, file).replaceAll('\\', '/');
  return packageOf(file) ?? path.basename(file);
}
