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

/** What is around the code of a function, which has what a module of Node.js has, and the function for `import()`. */
export const wrapperFor = (importName: string): readonly [before: string, after: string] => [
  `(function (${importName}) { return function (exports, require, module, __filename, __dirname) { `,
  '\n}; })',
];

/** What a process must have in common with the one that wrote a code cache. V8 itself does not compare Node's patches. */
export const platformOf = ({ versions, platform, arch }: NodeJS.Process): string =>
  `V8 ${versions.v8} on ${platform} ${arch}`;

/** Whether V8 represents pointers by 32 bits, which the hash of its flags contains. */
const pointerCompression = (): number =>
  (process.config.variables as { v8_enable_pointer_compression?: number }).v8_enable_pointer_compression ?? 0;

/** Whether each byte of a file is a character. Such strings take half the memory, and are read faster. */
export const encodingOf = (file: string): 'latin1' | 'utf8' =>
  readFileSync(file).every((byte) => byte < 128) ? 'latin1' : 'utf8';

// Unpacking an archive gives its files different times.
const EDITED_MILLIS = 60_000;
// FC sets the size of the heap. These flags do not change bytecode, but the hash that V8 compares.
const HARMLESS_FLAGS =
  '^--(?:(?:max|min)-semi-space-size|(?:max|initial)-(?:old-space|heap)-size|expose-gc|stack-trace-limit)(?:=|$)';
// Options of Node.js that are no flags of V8.
const NODE_OPTIONS =
  '^(?:-[repC]|--(?:require|import|eval|print|conditions|title|loader|experimental-loader|max-http-header-size|' +
  'unhandled-rejections|dns-result-order|icu-data-dir|use-openssl-ca|use-bundled-ca|preserve-symlinks|' +
  'preserve-symlinks-main|(?:no-)?(?:warnings|deprecation|addons|network-family-autoselection)|' +
  'trace-(?:warnings|deprecation|uncaught|exit)|experimental-(?:fetch|global-webcrypto|vm-modules|default-type))(?:=|$))';

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

/**
 * The entry file of a function with a code cache. It runs the code as Node.js runs a module, and uses the cache only if
 * code, place and V8 are those for which it was written. It loads no modules but those that Node.js has loaded already.
 */
export function loaderText(settings: LoaderSettings): string {
  const { file, cacheFile, deployedEntry, flagHashOffset, id, importName, hashbang } = settings;
  const [before, after] = wrapperFor(importName);
  const [code, cache] = [basename(file), basename(cacheFile)];
  const text = JSON.stringify;
  return `${hashbang === undefined ? '' : `${hashbang}\n`}// Written by fc-traced build. Runs ${code}, which V8 does not compile again if ${cache} applies.
"use strict";
const { readFileSync, statSync } = require("fs");
const { Script } = require("vm");
const codeFile = __dirname + ${text(`/${code}`)};
const cacheFile = __dirname + ${text(`/${cache}`)};
const before = ${text(before)};
const after = ${text(after)};
const options = (process.execArgv || []).concat((process.env.NODE_OPTIONS || "").split(" ")).filter((one) => one !== "");
const platform = "V8 " + process.versions.v8 + " on " + process.platform + " " + process.arch;

// The hash of V8's flags in the cache, if only flags that do not matter differ from those of the build.
function allowHarmlessFlags(data) {
  const flags = options.filter((one) => /^[-"']/.test(one)).map((one) => one.replace(/^[^=]*/, (name) => name.replace(/_/g, "-")));
  const isHarmless = (one) => /${HARMLESS_FLAGS}/.test(one);
  if (!flags.some(isHarmless)) return;
  if (!flags.every((one) => isHarmless(one) || /${NODE_OPTIONS}/.test(one))) return;
  if ((process.config.variables.v8_enable_pointer_compression || 0) !== ${pointerCompression()}) return;
  data.writeUInt32LE(new Script("").createCachedData().readUInt32LE(${flagHashOffset}), ${flagHashOffset});
}

function warn(problem) {
  if (!require("worker_threads").isMainThread) return;
  console.warn("fc-traced: the compile cache is not used, so the code is compiled again: " + problem);
}

function cacheFor(source) {
  if (__filename !== ${text(deployedEntry)}) {
    // Elsewhere than on Function Compute, stack traces would have the names of files there.
    if (/^\\/code\\/?$/.test(process.env.FC_FUNC_CODE_PATH)) warn("the code is " + __filename + ", not " + ${text(deployedEntry)});
    return undefined;
  }
  if (platform !== ${text(platformOf(process))}) {
    warn("it was written by Node.js ${process.versions.node}, ${platformOf(process)}, and this is Node.js " + process.versions.node +
      ", " + platform + ". Run fc-traced build --compile-cache with this version of Node.js");
    return undefined;
  }
  let data = readFileSync(cacheFile);
  // V8 compares only the length of the code.
  const isSame = source.startsWith("// ${id}") && data.toString("latin1", 0, ${id.length}) === "${id}";
  const isChanged = statSync(codeFile).mtimeMs > statSync(cacheFile).mtimeMs + ${EDITED_MILLIS};
  if (!isSame || isChanged) {
    warn(${text(cache)} + " was written for other code than " + ${text(code)} + ". Deploy the folder as fc-traced build wrote it");
    return undefined;
  }
  data = data.subarray(${id.length});
  if (data.length > ${flagHashOffset + 4}) allowHarmlessFlags(data);
  return data;
}

// Node.js reads the source map of code that it compiles itself, and bytecode from a cache does not count coverage.
function compileWithSourceMap(source) {
  const Module = require("module");
  const compiled = new Module(codeFile, module);
  compiled.filename = codeFile;
  compiled.paths = module.paths;
  compiled._compile("module.exports = " + before + source + after, codeFile);
  return compiled.exports;
}

function compile() {
  const source = readFileSync(codeFile, "${encodingOf(file)}");
  if (process.sourceMapsEnabled || options.includes("--enable-source-maps") || process.env.NODE_V8_COVERAGE) {
    return compileWithSourceMap(source);
  }
  let cachedData;
  try {
    cachedData = cacheFor(source);
  } catch (error) {
    warn(error.message);
  }
  const script = new Script(before + source + after, { filename: codeFile, cachedData });
  if (script.cachedDataRejected) {
    const names = options.filter((one) => one.startsWith("-")).map((one) => one.split("=")[0]);
    warn("V8 rejected it. " + ${text(cache)} + " is damaged, or the program was started with flags of V8 that the build did not " +
      "have. The options are: " + (names.join(" ") || "none"));
  }
  return script.runInThisContext();
}

compile()((specifier, options) => import(specifier, options)).call(module.exports, exports, require, module, __filename, __dirname);
${annotationOf(settings.exports)}`;
}
