import { readField } from '../safe-access';
import { redactText } from '../tracing/redaction/secrets';

const MAX_LENGTH = 200;

/** A character that ends a URL. */
const URL_END = /[\s'"`)]/;
/** The longest line that is searched for URLs and paths. */
const MAX_LINE = 2_000;
const PATHS = /(?:\b[a-z]:)?(?:[\\/][^\s\\/'"`():]+)+[\\/]?/gi;

/**
 * Describes an error for the log in one line: its name and message, without secrets, URLs and folders, because the path
 * of an endpoint may contain a token. Never throws.
 */
export function describeCause(error: unknown): string {
  const message = readField(error, 'message');
  const text = typeof message === 'string' ? message : typeof error === 'string' ? error : '';
  const name = readField(error, 'name');
  const [line = ''] = text.split('\n');
  // In another chunk, which the modules beside this one do not need.
  const { replaceUrls } =
    require('../tracing/redaction/redact-url') as typeof import('../tracing/redaction/redact-url');
  const clean = replaceUrls(redactText(line.slice(0, MAX_LINE)), URL_END, () => '[URL]')
    .replace(PATHS, fileName)
    .slice(0, MAX_LENGTH)
    .trim();
  return [typeof name === 'string' ? name : 'error', clean].filter((part) => part !== '').join(': ');
}

/** Returns the last part of a path if it is the name of a file. */
function fileName(path: string): string {
  const name = path.slice(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1);
  return /.\.[a-z]{1,6}$/i.test(name) ? name : '[path]';
}
