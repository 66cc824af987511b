import { readFileSync } from 'node:fs';
import { UsageError } from '../usage-error';
import { otlpTextOf } from '../viewer/export';
import type { TraceData } from '../viewer/model/span';
import { traceDataOf } from '../viewer/otlp-records';

function parsedLines(text: string): unknown[] {
  try {
    return [JSON.parse(text)];
  } catch (error) {
    const lines = text.split('\n').filter((line) => line.trim() !== '');
    if (lines.length < 2) throw error;
    return lines.map((line) => JSON.parse(line) as unknown);
  }
}

/**
 * Reads the traces of a file: OTLP JSON, one object or one a line, or an HTML file of `export`. `-` is standard input.
 * Throws a `UsageError` if it is neither.
 */
export function readTraceFile(file: string): TraceData {
  let text: string;
  try {
    text = readFileSync(file === '-' ? 0 : file, 'utf8');
  } catch (error) {
    throw new UsageError(`${file}: ${(error as Error).message}`, { cause: error });
  }
  try {
    const parts = parsedLines(otlpTextOf(text).trim()).map(traceDataOf);
    return { spans: parts.flatMap(({ spans }) => spans), logs: parts.flatMap(({ logs = [] }) => logs) };
  } catch (error) {
    throw new UsageError(`${file}: neither OTLP JSON nor an exported HTML file: ${(error as Error).message}`, {
      cause: error,
    });
  }
}
