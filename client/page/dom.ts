// How the page builds its elements: h() for HTML, nothing else. There is no markup in strings anywhere, so that what
// people typed can only ever be text.

/** What an element may hold; nothing is made of null, undefined and false. */
export type Child = Node | string | number | null | undefined | false;

type Listener = (event: never) => unknown;

/**
 * Attributes by name, as in HTML (`class`, `for`, `aria-label`, `data-user`); true stands for an empty one, and false,
 * null and undefined for none. A function is a listener of the event behind "on".
 */
export type Properties = Readonly<Record<string, string | number | boolean | null | undefined | Listener>>;

/** Makes an element: `h('button', { class: 'round', onclick: leave }, icon('leave'), 'Leave')`. */
export function h<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  properties: Properties = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[Tag] {
  const element = document.createElement(tag);
  set(element, properties);
  element.append(...present(children));
  return element;
}

/** Gives an element attributes and listeners, as h() does; what is false, null or undefined is taken away. */
export function set(element: Element, properties: Properties): void {
  for (const [name, value] of Object.entries(properties)) {
    if (typeof value === 'function') {
      element.addEventListener(name.slice(2), value as EventListener);
    } else if (value === false || value === null || value === undefined) {
      element.removeAttribute(name);
    } else {
      element.setAttribute(name, value === true ? '' : String(value));
    }
  }
}

/** Gives an element other children. */
export function fill(element: Element, ...children: readonly Child[]): void {
  element.replaceChildren(...present(children));
}

/** Shows a sentence, or hides its element when there is none. */
export function say(element: HTMLElement, text: string): void {
  element.textContent = text;
  element.hidden = text === '';
}

/** Words that only screen readers get. */
export function spoken(text: string): HTMLElement {
  return h('span', { class: 'spoken' }, text);
}

function present(children: readonly Child[]): (Node | string)[] {
  return children.flatMap((child) => {
    if (child === null || child === undefined || child === false) {
      return [];
    }
    return typeof child === 'number' ? String(child) : child;
  });
}
