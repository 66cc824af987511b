import { dirname } from 'node:path';
import { isServer } from '../functions/function-spec';
import type { FunctionSpec } from '../functions/function-spec';
import { prepareFunction } from '../functions/prepare-function';
import { findSource, sourceText } from '../functions/typescript';
import { splitHandler } from '../functions/prepare-function';
import { isUsageError } from '../usage-error';
import type { Finding } from './finding';
import { checkLoading } from './load-checks';
import { checkBundledExporter, checkImportOrder, checkMetadata } from './module-checks';
import { checkCopies, checkInstrumentations } from './package-checks';
import { checkEndpoints, checkFlushBudget, checkHooks, checkRuntime, checkTracingConfig } from './settings-checks';

async function diagnoseModule(spec: FunctionSpec, load: boolean): Promise<Finding[]> {
  try {
    const prepared = prepareFunction(spec);
    const { module } = prepared;
    const text = sourceText(module);
    const source = findSource(spec.codeDir, splitHandler(spec.handler)[0]) ?? module;
    return [
      ...checkMetadata(source, sourceText(source)),
      ...checkBundledExporter(module, text),
      ...checkImportOrder(source, sourceText(source)),
      ...checkInstrumentations(source, sourceText(source)),
      ...checkFlushBudget(spec, text),
      ...checkTracingConfig(spec, text),
      ...(load ? await checkLoading(spec, prepared) : []),
    ];
  } catch (error) {
    if (!isUsageError(error)) throw error;
    const remedy = 'correct handler and code in s.yaml, or compile the project';
    return [{ check: 'handler-module', level: 'error', problem: error.message.replace(`${spec.name}: `, ''), remedy }];
  }
}

async function diagnoseFunction(spec: FunctionSpec, load: boolean): Promise<Finding[]> {
  const ofModule = isServer(spec)
    ? [...checkTracingConfig(spec, ''), ...checkFlushBudget(spec, '')]
    : await diagnoseModule(spec, load);
  const all = [...checkRuntime(spec), ...checkHooks(spec), ...ofModule, ...(await checkEndpoints(spec))];
  return all.map((finding) => ({ ...finding, function: spec.name }));
}

/** Checks functions and the packages that they use. With `load`, loads their modules and runs their initializers. */
export async function diagnose(specs: readonly FunctionSpec[], load: boolean): Promise<Finding[]> {
  const findings = [...new Set(specs.map(({ file }) => dirname(file)))].flatMap(checkCopies);
  for (const spec of specs) findings.push(...(await diagnoseFunction(spec, load)));
  return findings;
}
