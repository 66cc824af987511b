import { writeFileSync } from 'node:fs';
import { ExitCode } from '../command';
import type { Command } from '../command';
import { print, printError } from '../terminal';
import { UsageError } from '../usage-error';

const TRACE_ID = /^[0-9a-f]{32}$/i;

/** Writes traces to a file. */
export const exportTrace: Command<'output' | 'viewer'> = {
  name: 'export',
  summary: 'write a trace as one HTML file, which contains the viewer, or as OTLP JSON',
  positionals: 'TRACE',
  options: ['output', 'viewer'],
  helpBeforeOptions: `TRACE is the id of a trace in a running viewer, or a file with OTLP JSON or of an earlier export; - is standard input.`,
  helpAfterOptions: `The name of the file decides: .html or .htm is HTML, any other name is OTLP JSON. view opens both again.

exit codes:
  0  the trace was written
  2  the command line is wrong, or there is no such trace`,
  async run({ output, viewer }, [source, ...others]) {
    if (source === undefined || others.length > 0) throw new UsageError('export takes the id of one trace or a file');
    const { readTraceFile } = require('../traces/trace-files') as typeof import('../traces/trace-files');
    const { fetchTrace } = require('../traces/fetch-trace') as typeof import('../traces/fetch-trace');
    const { renderTraceHtml, toOtlpJson } = require('../viewer/export') as typeof import('../viewer/export');
    const data = TRACE_ID.test(source) ? await fetchTrace(viewer, source.toLowerCase()) : readTraceFile(source);
    if (data.spans.length === 0) throw new UsageError(`${source}: it has no spans`);
    const isHtml = output !== undefined && /\.html?$/i.test(output);
    const text = isHtml ? renderTraceHtml(data) : JSON.stringify(toOtlpJson(data));
    if (output === undefined || output === '-') {
      print(text);
      return ExitCode.Ok;
    }
    try {
      writeFileSync(output, isHtml ? text : `${text}\n`);
    } catch (error) {
      throw new UsageError(`--output: ${(error as Error).message}`, { cause: error });
    }
    printError(`wrote ${output}`);
    return ExitCode.Ok;
  },
};
