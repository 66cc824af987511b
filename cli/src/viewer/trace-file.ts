import type { TraceData } from './model/span';
import { traceDataOf } from './otlp-records';

/** The OTLP JSON in an HTML file that `renderTraceHtml` created, or the text itself if it is not such a file. */
export function otlpTextOf(file: string): string {
  return /<script type="application\/json" id="otlp">([^<]*)<\/script>/.exec(file)?.[1] ?? file;
}

/**
 * Reads the traces in the text of a file: an exported HTML file, OTLP JSON, or several of them, one a line, as
 * OpenTelemetry's file exporter writes. Throws if it is none of these.
 */
export function readTraceFile(file: string): TraceData[] {
  const text = otlpTextOf(file).trim();
  let parts: unknown[];
  try {
    parts = [JSON.parse(text)];
  } catch (error) {
    if (!text.startsWith('{') || !text.includes('\n')) throw error;
    parts = text
      .split('\n')
      .filter((line) => line.trim() !== '')
      .map((line) => JSON.parse(line) as unknown);
  }
  return parts.map(traceDataOf);
}
