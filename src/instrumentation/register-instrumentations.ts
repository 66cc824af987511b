import { trace } from '@opentelemetry/api';
import type { TracerProvider } from '@opentelemetry/api';
import type { Instrumentation } from '../config/options';
import { countLoss, warnOfLoss, warnOnce } from '../diagnostics';
import { readText } from '../safe-access';
import { state } from '../tracing/telemetry/state';
import { programRequire } from './loaded-files';
import { patchLoadedModules } from './loaded-modules';
import { definitionsOf, warnOfMissing } from './module-definitions';
import { undefinedIfMissing } from './optional-package';
import { endingProvider } from './providers';
import { INSTRUMENTATIONS } from './registry';
import type { InstrumentationDefinition, InstrumentationName } from './registry';

/** The further methods of OpenTelemetry's own instrumentations; the option does not require them. */
interface Configurable {
  isEnabled?(): boolean;
  getConfig?(): { readonly enabled?: boolean };
  setConfig?(config: object): void;
}

/**
 * Sets up the instrumentations of the option, each once per process, with the provider that is registered with
 * OpenTelemetry's API. Never throws: failures are counted and logged once.
 */
export function registerInstrumentations(list: readonly (InstrumentationName | Instrumentation)[]): void {
  // Objects take precedence: a name of the same instrumentation is then skipped.
  for (const item of list) if (typeof item === 'object') setUpOnce(item.instrumentationName, item, () => item);
  for (const item of list) {
    if (typeof item === 'string') setUpOnce(item, definitionOf(item).package, () => fromPackage(item));
  }
}

function setUpOnce(label: string, key: unknown, create: () => Instrumentation | undefined): void {
  if (state.instrumented.has(key)) return;
  state.instrumented.add(key);
  try {
    const instrumentation = create();
    if (instrumentation === undefined) return;
    state.instrumented.add(instrumentation.instrumentationName);
    if (typeof key === 'object') instrumentation.setTracerProvider(provider());
    enable(instrumentation);
    patchLoadedModules(instrumentation, label);
  } catch (error) {
    const { name, code } = error as { name?: unknown; code?: unknown };
    countLoss(`the instrumentation ${label} could not be set up: ${String(code ?? name)}`);
  }
}

function provider(): TracerProvider {
  return endingProvider(trace.getTracerProvider());
}

function definitionOf(name: InstrumentationName): InstrumentationDefinition {
  return INSTRUMENTATIONS[name].load().instrumentation;
}

function fromPackage(name: InstrumentationName): Instrumentation | undefined {
  const definition = definitionOf(name);
  const { package: packageName, version } = definition;
  const module = loadPackage(definition);
  if (module === undefined) {
    const command = `npm install ${packageName}@${version}`;
    warnOfLoss(`the option instrumentations names ${name}, but ${packageName} is not installed: ${command}`);
    return undefined;
  }
  const instrumentation = definition.create(module, provider());
  warnIfUntested(name, instrumentation, definition.testedMinors);
  if (definitionsOf(instrumentation).length === 0) {
    const lost = 'libraries that were loaded before are not traced, and those loaded later may be in the wrong trace';
    warnOfMissing(packageName, 'definitions in _modules, with _onRequire', lost);
  }
  return instrumentation;
}

function enable(instrumentation: Instrumentation & Configurable): void {
  const config = instrumentation.getConfig?.();
  const isEnabled = instrumentation.isEnabled?.() ?? config?.enabled === true;
  if (isEnabled) return;
  // The instrumentation of undici creates spans only if its configuration also says that it is enabled.
  if (config?.enabled === false) instrumentation.setConfig?.({ ...config, enabled: true });
  instrumentation.enable();
}

/**
 * Loads the package of an instrumentation. Returns `undefined` if it is not installed. Throws what the package throws.
 *
 * It is resolved from fc-traced, then from the program, because fc-traced may be in a layer of the function.
 */
function loadPackage<M>(definition: InstrumentationDefinition<M>): M | undefined {
  const loaded = definition.load();
  if (loaded !== undefined) return loaded;
  try {
    return programRequire()(definition.package) as M;
  } catch (error) {
    return undefinedIfMissing(error, definition.package);
  }
}

/** Logs once that an installed version was not tested: its spans may differ. */
function warnIfUntested(label: string, instrumentation: Instrumentation, minors: readonly [number, number]): void {
  const version = readText(instrumentation, 'instrumentationVersion');
  const [, major, minor] = /^(\d+)\.(\d+)\./.exec(version ?? '') ?? [];
  if (major === '0' && Number(minor) >= minors[0] && Number(minor) <= minors[1]) return;
  warnOnce(
    `the instrumentation ${label} has version ${version ?? 'unknown'}, but was tested with 0.${minors[0]} to 0.${minors[1]}; its spans may differ`,
  );
}
