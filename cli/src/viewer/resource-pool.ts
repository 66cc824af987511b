import { jsonValue } from './model/text';

type Resource = Readonly<Record<string, unknown>>;

// Programs have a few resources. Requests that each have another one must not fill the memory.
const MAX_RESOURCES = 1_000;

/** Keeps one object for all resources with the same content: each request that arrives has an object of its own. */
export class ResourcePool {
  readonly #byContent = new Map<string, Resource>();
  readonly #known = new WeakMap<Resource, Resource>();

  /** The object for a resource, and whether it is a new one. */
  intern(resource: Resource): { readonly resource: Resource; readonly isNew: boolean } {
    const known = this.#known.get(resource);
    if (known !== undefined) return { resource: known, isNew: false };
    const content = JSON.stringify(resource, jsonValue);
    const equal = this.#byContent.get(content);
    if (this.#byContent.size >= MAX_RESOURCES) this.#byContent.clear();
    this.#byContent.set(content, equal ?? resource);
    this.#known.set(resource, equal ?? resource);
    return { resource: equal ?? resource, isNew: equal === undefined };
  }
}
