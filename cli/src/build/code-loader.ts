import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { Script } from 'node:vm';
import type { SplitCode } from './split-code';

/** For which code, place and V8 a code cache was written. */
export interface LoaderSettings extends SplitCode {
  readonly cacheFile: string;
  /** Where the entry file is deployed. V8 takes the names of files in stack traces from the cache. */
  readonly deployedEntry: string;
  /** The place of the hash of V8's flags in the cache. */
  readonly flagHashOffset: number;
}

// What a process must have in common with the one that wrote a cache. V8 itself does not compare Node's patches.
const platformOf = ({ versions, platform, arch }: NodeJS.Process): string => `V8 ${versions.v8} on ${platform} ${arch}`;

// How V8 was built, of which the hash of its flags contains a part.
const buildOf = ({ config }: NodeJS.Process): string =>
  Object.entries(config.variables)
    .filter(([name]) => name.startsWith('v8_'))
    .map(([name, value]) => `${name}=${String(value)}`)
    .sort()
    .join(' ');

/** Whether each byte of a file is a character. Such strings take half the memory, and are read faster. */
export const encodingOf = (file: string): 'latin1' | 'utf8' =>
  readFileSync(file).every((byte) => byte < 128) ? 'latin1' : 'utf8';

function isName(text: string): boolean {
  try {
    return /^[\w$]+$/.test(text) && new Script(`"use strict"; var ${text};`) instanceof Script;
  } catch {
    return false;
  }
}

/** Dead code with the exports of a module, as Node.js reads it. */
function annotationOf({ names, reexports }: SplitCode['exports']): string {
  const parts = [
    ...names.map((name) => (isName(name) ? name : `${JSON.stringify(name)}: null`)),
    ...reexports.map((name) => `...require(${JSON.stringify(name)})`),
  ];
  if (parts.length === 0) return '';
  return `// Read by Node.js if an ES module imports this file.\n0 && (module.exports = { ${parts.join(', ')} });\n`;
}

const LOADER = String.raw`const inherited = (process.env.NODE_OPTIONS || "").split(" ");
const options = (process.execArgv || []).concat(inherited).filter(Boolean);
const platform = "V8 " + process.versions.v8 + " on " + process.platform + " " + process.arch;
const codeFile = __dirname + "/" + written.code;
const cacheFile = __dirname + "/" + written.cache;

// FC sets the size of the heap. These flags of V8 do not change bytecode, but the hash of all flags in the cache.
const HARMLESS_FLAG =
  /^--(?:(?:max|min)-semi-space-size|(?:max|initial)-(?:old-space|heap)-size|expose-gc|stack-trace-limit)(?:=|$)/;
// These are no flags of V8.
const NODE_OPTION = new RegExp(
  "^(?:-[repC](?=$|[= ])|--(?:require|import|eval|print|conditions|title|loader|experimental-loader|max-http-header-size|" +
    "unhandled-rejections|dns-result-order|icu-data-dir|use-openssl-ca|use-bundled-ca|preserve-symlinks|" +
    "preserve-symlinks-main|(?:no-)?(?:warnings|deprecation|addons|network-family-autoselection)|" +
    "trace-(?:warnings|deprecation|uncaught|exit)|experimental-(?:fetch|global-webcrypto|vm-modules))(?:=|$))",
);

// Lets V8 accept a cache that was written without the flags of this process.
function allowHarmlessFlags(data) {
  const flags = options
    .filter((option) => /^[-"']/.test(option))
    .map((option) => option.replace(/^[^=]*/, (name) => name.replace(/_/g, "-")));
  if (!flags.some((flag) => HARMLESS_FLAG.test(flag))) return;
  if (!flags.every((flag) => HARMLESS_FLAG.test(flag) || NODE_OPTION.test(flag))) return;
  const build = Object.entries(process.config.variables)
    .filter(([name]) => name.startsWith("v8_"))
    .map(([name, value]) => name + "=" + value);
  if (build.sort().join(" ") !== written.build) return;
  const own = new Script("").createCachedData();
  data.writeUInt32LE(own.readUInt32LE(written.flagHashOffset), written.flagHashOffset);
}

function warn(problem) {
  if (!require("worker_threads").isMainThread) return;
  console.warn("fc-traced: the compile cache is not used, so the code is compiled again: " + problem);
}

function readCache(source) {
  if (__filename !== written.entry) {
    // Elsewhere than on Function Compute, stack traces would have the names of files there.
    if (/^\/code\/?$/.test(process.env.FC_FUNC_CODE_PATH)) {
      warn("the code is " + __filename + ", not " + written.entry);
    }
    return undefined;
  }
  if (platform !== written.platform) {
    warn("it was written by Node.js " + written.node + ", " + written.platform + ", and this is Node.js " +
      process.versions.node + ", " + platform + ". Run fc-traced build --compile-cache with this version of Node.js");
    return undefined;
  }
  const file = readFileSync(cacheFile);
  // V8 compares only the length of the code, and says less about it. Unpacking an archive gives its files different times.
  const { length } = written.id;
  const isSame = source.startsWith("/* " + written.id) && file.toString("latin1", 0, length) === written.id;
  if (!isSame || source.length !== written.length || statSync(codeFile).mtimeMs > statSync(cacheFile).mtimeMs + 60000) {
    warn(written.cache + " was written for other code than " + written.code +
      ". Deploy the folder as fc-traced build wrote it");
    return undefined;
  }
  const data = file.subarray(length);
  if (data.length >= written.flagHashOffset + 4) allowHarmlessFlags(data);
  return data;
}

// Node.js reads the source map of code that it compiles itself, and bytecode from a cache does not count coverage.
function compileWithSourceMap(source) {
  const Module = require("module");
  const compiled = new Module(codeFile);
  compiled.filename = codeFile;
  compiled.paths = module.paths;
  return compiled._compile("return " + source, codeFile);
}

function compile() {
  const source = readFileSync(codeFile, written.encoding);
  if (process.sourceMapsEnabled || options.includes("--enable-source-maps") || process.env.NODE_V8_COVERAGE) {
    return compileWithSourceMap(source);
  }
  let cachedData;
  try {
    cachedData = readCache(source);
  } catch (error) {
    warn(error.message);
  }
  const script = new Script(source, { filename: codeFile, cachedData });
  if (script.cachedDataRejected) {
    const names = options.filter((option) => option.startsWith("-")).map((option) => option.split("=")[0]);
    warn("V8 rejected it. " + written.cache + " is not complete, or the program was started with flags of V8 that the " +
      "build did not have. The options are: " + (names.join(" ") || "none"));
  }
  return script.runInThisContext();
}

const run = compile()((specifier, options) => import(specifier, options));
run.call(module.exports, exports, require, module, __filename, __dirname);
`;

/**
 * The entry file of a function with a code cache. It runs the code as Node.js runs a module, and uses the cache only if
 * code, place and V8 are those for which it was written. Before the code, it loads no module of Node.js but `vm`.
 */
export function loaderText(settings: LoaderSettings): string {
  const { file, cacheFile, deployedEntry, flagHashOffset, id, hashbang } = settings;
  const written = {
    code: basename(file),
    cache: basename(cacheFile),
    entry: deployedEntry,
    id,
    encoding: encodingOf(file),
    length: readFileSync(file, encodingOf(file)).length,
    node: process.versions.node,
    platform: platformOf(process),
    build: buildOf(process),
    flagHashOffset,
  };
  return [
    ...(hashbang === undefined ? [] : [hashbang]),
    `// Written by fc-traced build. Runs ${written.code}, which V8 does not compile again if ${written.cache} applies.`,
    '"use strict";',
    'const { readFileSync, statSync } = require("fs");',
    'const { Script } = require("vm");',
    `const written = ${JSON.stringify(written, undefined, 2)};`,
    LOADER + annotationOf(settings.exports),
  ].join('\n');
}
