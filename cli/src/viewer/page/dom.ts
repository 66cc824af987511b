/** What can be a child of an element. Strings become text, never markup. */
export type Child = Node | string | undefined | false;

interface Props {
  class?: string;
  id?: string;
  role?: string;
  title?: string;
  type?: string;
  value?: string;
  placeholder?: string;
  name?: string;
  for?: string;
  scope?: string;
  dir?: 'auto' | 'ltr';
  lang?: string;
  /** A place in this page, or a download from the viewer's server. */
  href?: `#${string}` | `/api/${string}`;
  download?: string;
  accept?: string;
  tabindex?: string;
  colspan?: string;
  hidden?: boolean;
  disabled?: boolean;
  checked?: boolean;
  multiple?: boolean;
  open?: boolean;
  aria?: Readonly<Record<string, string | undefined>>;
  data?: Readonly<Record<string, string>>;
  on?: { readonly [K in keyof HTMLElementEventMap]?: (event: HTMLElementEventMap[K]) => void };
}

/** Creates an element. Attributes are set by name, so no value can become markup or a script. */
export function h<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  { aria = {}, data = {}, on = {}, ...attributes }: Props = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === false) continue;
    element.setAttribute(name, value === true ? '' : value);
  }
  for (const [name, value] of Object.entries(aria)) {
    if (value !== undefined) element.setAttribute(`aria-${name}`, value);
  }
  for (const [name, value] of Object.entries(data)) element.dataset[name] = value;
  for (const [type, listener] of Object.entries(on)) element.addEventListener(type, listener as EventListener);
  append(element, children);
  return element;
}

/** Appends children, and skips those that are `undefined` or `false`. */
export function append(parent: Element, children: readonly Child[]): void {
  for (const child of children) if (child !== undefined && child !== false) parent.append(child);
}

/** Replaces all children. */
export function fill(parent: Element, ...children: readonly Child[]): void {
  parent.replaceChildren();
  append(parent, children);
}

/** Creates an SVG element. */
export function svg<K extends keyof SVGElementTagNameMap>(
  tag: K,
  attributes: Readonly<Record<string, string | number>> = {},
  ...children: readonly Child[]
): SVGElementTagNameMap[K] {
  const element = document.createElementNS('http://www.w3.org/2000/svg', tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, String(value));
  append(element, children);
  return element;
}

/** A button. */
export function button(
  label: string,
  onClick: () => void,
  props: Props = {},
  ...children: readonly Child[]
): HTMLElement {
  return h(
    'button',
    { type: 'button', ...props, on: { click: onClick, ...props.on } },
    ...(children.length > 0 ? children : [label]),
  );
}

/** Sets a position or size in percent, which a strict Content-Security-Policy allows only through the CSSOM. */
export function place(element: HTMLElement | SVGElement, property: string, percent: number): void {
  element.style.setProperty(property, `${percent}%`);
}
