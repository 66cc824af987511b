import type { Attributes } from '@opentelemetry/api';
import { defaultResource, detectResources, envDetector, resourceFromAttributes } from '@opentelemetry/resources';
import type { Resource } from '@opentelemetry/resources';
import { VERSION } from '../version';

/** The resource of spans: the SDK's own, the function's, and what `OTEL_RESOURCE_ATTRIBUTES` and code say, the later the stronger. */
export function faasResource(
  functionAttributes: Attributes,
  fromCode: Attributes,
  serviceName: string | undefined,
): Resource {
  const distribution = { 'telemetry.distro.name': 'fc-traced', 'telemetry.distro.version': VERSION };
  const resource = defaultResource()
    .merge(resourceFromAttributes({ ...distribution, ...functionAttributes }))
    .merge(detectResources({ detectors: [envDetector] }))
    .merge(resourceFromAttributes(fromCode));
  return serviceName === undefined ? resource : resource.merge(resourceFromAttributes({ 'service.name': serviceName }));
}
