import { existsSync, readFileSync } from 'node:fs';
import { basename, dirname, isAbsolute, join, posix, relative, resolve, sep } from 'node:path';
import { transformSync } from 'esbuild';
import type { SourceRoot } from './function-modules';
import { compilerOptionsOf } from '../bundling/typescript-settings';
import { isWithin } from '../bundling/module-files';

const DIR = String.raw`(?:\b__dirname\b|\bimport\.meta\.dirname\b)`;
const TEXT = String.raw`(?:'[^'\n]*'|"[^"\n]*"|\`[^\`$\n]*\`)`;
// Compiled to CommonJS, a call is `(0, node_path_1.join)(__dirname, …)`.
const JOINED = new RegExp(String.raw`(?:join|resolve)\)?\(\s*${DIR}\s*((?:,\s*${TEXT}\s*)+)\)`, 'g');
const ADDED = new RegExp(String.raw`${DIR}\s*\+\s*(${TEXT})`, 'g');
const FILLED = /`\$\{(?:__dirname|import\.meta\.dirname)\}([^`$]+)`/g;
const URLS = new RegExp(String.raw`new\s+URL\(\s*(${TEXT})\s*,\s*import\.meta\.url\s*\)`, 'g');
const READS = new RegExp(String.raw`\b(?:readFile|readFileSync|createReadStream|open|openSync)\)?\(\s*(${TEXT})`, 'g');
const MENTIONS = /\b__(?:dir|file)name\b|\bimport\.meta\.(?:url|dirname|filename)\b/;
const MENTION = /\b__dirname\b|\bimport\.meta\.(?:url|dirname)\b/g;

/** The files beside a module that its code reads, as far as it names them by literals. */
export interface FileReferences {
  /** Absolute. They exist. */
  readonly files: readonly string[];
  /** Compiled modules that do not exist, although their TypeScript source does, such as that of a worker. */
  readonly uncompiled: readonly string[];
  /** Whether the code uses its own place in another way as well. */
  readonly isDynamic: boolean;
}

const unquoted = (text: string): string => text.trim().slice(1, -1);

/** Finds the files that the code of a module reads: beside itself, or below the code folder, where FC starts it. */
export function findReferences(code: string, file: string, codeFolders: readonly string[]): FileReferences {
  const folder = dirname(file);
  const own = [
    ...[...code.matchAll(JOINED)].map(([, list]) =>
      join(folder, ...[...list!.matchAll(new RegExp(TEXT, 'g'))].map(([text]) => unquoted(text))),
    ),
    ...[...code.matchAll(ADDED)].map(([, text]) => folder + unquoted(text!)),
    ...[...code.matchAll(FILLED)].map(([, text]) => folder + text!),
    ...[...code.matchAll(URLS)].map(([, text]) => resolve(folder, unquoted(text!))),
  ];
  const named = [...code.matchAll(READS)].flatMap(([, text]) => pathsInCode(unquoted(text!), codeFolders));
  const mentions = code.match(MENTION)?.length ?? 0;
  const found = [...own, ...named].map((path) => resolve(path)).filter((path) => existsSync(path));
  // A module that names its own folder or one above it computes the rest of the path.
  const isWhole = (path: string): boolean =>
    [folder, ...codeFolders].some((one) => isWithin(one, path)) || existsSync(join(path, 'node_modules'));
  const files = found.filter((path) => !isWhole(path) && basename(path) !== 'node_modules');
  return {
    files: [...new Set(files)],
    uncompiled: own.map((path) => resolve(path)).filter((path) => !existsSync(path) && hasSource(path)),
    isDynamic: mentions > own.length || files.length < found.length,
  };
}

function hasSource(path: string): boolean {
  const [, stem, kind = ''] = /^(.*)\.([mc]?)js$/s.exec(path) ?? [];
  return stem !== undefined && [`.${kind}ts`, '.tsx'].some((ending) => existsSync(stem + ending));
}

/** Where a path that code reads is in the project. FC starts functions in `/code`. */
function pathsInCode(path: string, codeFolders: readonly string[]): string[] {
  const place = path.replace(/^\/code\//, '');
  return isAbsolute(place) ? [] : codeFolders.map((codeFolder) => resolve(codeFolder, place));
}

/**
 * Lets the code of a module find the files beside it, although the bundle is in another folder: what it sees as its own
 * place is `place` below the folder of the bundle. Returns `undefined` if the code does not use its place.
 */
export function relocate(code: string, file: string, place: string): string | undefined {
  if (!MENTIONS.test(code)) return undefined;
  const loader = /\.[mc]?tsx?$/.test(file) ? (file.endsWith('x') ? 'tsx' : 'ts') : file.endsWith('x') ? 'jsx' : 'js';
  const replaced = transformSync(code.replace(/^#!.*/, ''), {
    loader,
    sourcefile: encodeURIComponent(basename(file)),
    sourcemap: 'inline',
    target: 'esnext',
    logLevel: 'silent',
    tsconfigRaw: { compilerOptions: compilerOptionsOf(file) },
    define: {
      __dirname: '__fcTracedDirname',
      __filename: '__fcTracedFilename',
      'import.meta.dirname': '__fcTracedDirname',
      'import.meta.filename': '__fcTracedFilename',
      'import.meta.url': '__fcTracedUrl',
    },
  }).code;
  const folder = JSON.stringify(posix.dirname(place));
  const name = JSON.stringify(posix.basename(place));
  const [directive = ''] = /^\s*(?:"use strict";)?/.exec(replaced) ?? [];
  return (
    `${directive}var __fcTracedDirname = require("node:path").join(__dirname, ${folder}), ` +
    `__fcTracedFilename = require("node:path").join(__fcTracedDirname, ${name}), ` +
    '__fcTracedUrl = require("node:url").pathToFileURL(__fcTracedFilename).href; ' +
    replaced.slice(directive.length)
  );
}

/**
 * Where a file belongs below the folder of the bundle, so that files keep their places to each other: below the folder
 * of the sources, or below `node_modules`. `undefined` for files elsewhere.
 */
export function placeOf(file: string, roots: readonly SourceRoot[]): string | undefined {
  const [installed] = /(?<=[\\/])node_modules[\\/](?!.*[\\/]node_modules[\\/]).*$/s.exec(file) ?? [];
  if (installed !== undefined) return installed.replaceAll('\\', '/');
  const root = roots.find(({ folder }) => isWithin(file, folder));
  return root && posix.join(root.place, relative(root.folder, file).replaceAll(sep, '/'));
}

/** The place of a module, or of a file that it reads. Those of another package of the workspace are as if installed. */
export function placeInBundle(file: string, roots: readonly SourceRoot[]): string | undefined {
  const place = placeOf(file, roots);
  if (place !== undefined) return place;
  const owner = workspacePackage(dirname(file));
  if (owner === undefined || roots.some(({ folder }) => isWithin(folder, owner.folder))) return undefined;
  return posix.join('node_modules', owner.name, relative(owner.folder, file).replaceAll(sep, '/'));
}

/** The nearest package with a name above a file. */
function workspacePackage(folder: string): { readonly name: string; readonly folder: string } | undefined {
  const path = join(folder, 'package.json');
  const { name } = existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as { readonly name?: string }) : {};
  if (name !== undefined) return { name, folder };
  return dirname(folder) === folder ? undefined : workspacePackage(dirname(folder));
}
