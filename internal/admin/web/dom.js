// The few things every part does to the page. All text goes in as text: names are chosen by strangers.

export const byId = (id) => document.getElementById(id);

const SVG = 'http://www.w3.org/2000/svg';

/** Makes an element. Properties beginning with a capital or holding a dash are attributes; children may be text. */
export function make(name, properties = {}, ...children) {
  return fill(document.createElement(name), properties, children);
}

/** Makes an element of a picture. */
export function draw(name, attributes = {}, ...children) {
  return fill(document.createElementNS(SVG, name), attributes, children);
}

function fill(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith('on')) {
      element.addEventListener(name.slice(2), value);
    } else if (value !== undefined && value !== false) {
      element.setAttribute(name, value === true ? '' : value);
    }
  }
  element.append(...children.filter((child) => child !== undefined && child !== null));
  return element;
}

/** Sets text only when it is another: what somebody has selected stays selected. */
export function say(element, text) {
  if (element.textContent !== text) {
    element.textContent = text;
  }
}

/** Sets an attribute only when it is another; undefined takes it away. */
export function mark(element, name, value) {
  if (value === undefined || value === null || value === false) {
    element.removeAttribute(name);
  } else if (element.getAttribute(name) !== String(value)) {
    element.setAttribute(name, value);
  }
}

/**
 * Makes the children of `parent` those of `items`, and keeps those that are there already, so that focus and scrolling
 * stay. `begin(item)` makes {element, show}, and `show(item)` is called each time.
 */
export function keyed(parent, items, key, begin) {
  const kept = (parent.kept ??= new Map());
  const wanted = new Set(items.map(key));
  for (const [name, { element }] of kept) {
    if (!wanted.has(name)) {
      element.remove();
      kept.delete(name);
    }
  }
  let before = parent.firstElementChild;
  for (const item of items) {
    const name = key(item);
    let entry = kept.get(name);
    if (!entry) {
      entry = begin(item);
      kept.set(name, entry);
    }
    entry.show(item);
    if (entry.element === before) {
      before = before.nextElementSibling;
    } else {
      parent.insertBefore(entry.element, before);
    }
  }
}

let toastTimer = null;

/** A remark that goes away by itself; screen readers hear it. */
export function toast(text) {
  const element = byId('toast');
  element.textContent = text;
  element.classList.add('shown');
  clearTimeout(toastTimer);
  toastTimer = setTimeout(() => element.classList.remove('shown'), 5_000);
}
