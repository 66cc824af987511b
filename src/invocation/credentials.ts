import type { FcContext } from '../fc/context';
import { readText } from '../safe-access';
import { rememberCredential } from '../tracing/redaction/secrets';

/**
 * Has the credentials in FC's context redacted from spans: the program may add them to an attribute or error message.
 */
export function rememberCredentials(context: FcContext): void {
  // Endpoints of Alibaba Cloud contain a token in their path.
  rememberCredential(readText(context, 'tracing', 'jaegerEndpoint'));
  for (const key of ['accessKeyId', 'accessKeySecret', 'securityToken']) {
    rememberCredential(readText(context, 'credentials', key));
  }
}
