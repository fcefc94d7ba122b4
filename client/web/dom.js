// The few things every screen does to the page.

export const byId = (id) => document.getElementById(id);

/** Shows a sentence, or hides its element when there is none. */
export function say(element, text) {
  element.textContent = text;
  element.hidden = !text;
}

/** A new element. */
export function make(tag, className, text = '') {
  const element = document.createElement(tag);
  element.className = className;
  element.textContent = text;
  return element;
}

/** A copy of what a template of index.html holds. */
export function template(id) {
  return byId(id).content.firstElementChild.cloneNode(true);
}

/**
 * Makes a button switch the microphone or camera, and show which way it stands. `silenced(which)` tells whether a moderator
 * muted it, and `lift(which)` runs on a click then. Answers what shows it again after a change of that.
 */
export function bindToggle(button, devices, which, { silenced = () => false, lift } = {}) {
  const icon = button.querySelector('use');
  const name = which[0].toUpperCase() + which.slice(1);
  const show = () => {
    const muted = devices.has(which) && silenced(which);
    const on = devices.on(which) && !muted;
    button.disabled = !devices.has(which);
    button.ariaPressed = String(on);
    button.title = button.disabled ? `No ${which}` : muted ? `${name} muted by a moderator` : `${name} ${on ? 'on' : 'off'}`;
    icon.setAttribute('href', `#icon-${which}${on ? '' : '-off'}`);
  };
  button.addEventListener('click', () => (silenced(which) ? lift(which) : devices.toggle(which)));
  devices.addEventListener('change', show);
  return show;
}

let toastTimer = null;

/** A remark that goes away by itself; screen readers hear it. */
export function toast(text) {
  const element = byId('toast');
  element.textContent = text;
  element.classList.add('shown');
  clearTimeout(toastTimer);
  toastTimer = setTimeout(() => element.classList.remove('shown'), 4_000);
}
