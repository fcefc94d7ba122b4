// The few things every screen does to the page.

export const byId = (id) => document.getElementById(id);

/** Shows a sentence, or hides its element when there is none. */
export function say(element, text) {
  element.textContent = text;
  element.hidden = !text;
}

/** Makes a button switch the microphone or camera, and show which way it stands. */
export function bindToggle(button, devices, which) {
  const icon = button.querySelector('use');
  const show = () => {
    const on = devices.on(which);
    button.disabled = !devices.has(which);
    button.ariaPressed = String(on);
    button.title = button.disabled ? `No ${which}` : `${which[0].toUpperCase()}${which.slice(1)} ${on ? 'on' : 'off'}`;
    icon.setAttribute('href', `#icon-${which}${on ? '' : '-off'}`);
  };
  button.addEventListener('click', () => devices.toggle(which));
  devices.addEventListener('change', show);
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
