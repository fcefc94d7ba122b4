// The first screen: see yourself, say who you are and where to go.

import { describeDevices, HELD } from './messages.js';
import { bindToggle, byId, say } from './dom.js';

export class Lobby {
  #devices;
  #join;
  #giveUp = null; // while waiting to be let in

  /** `join({user, room})` rejects with an error whose message is shown as it is. */
  constructor({ devices, join }) {
    this.#devices = devices;
    this.#join = join;
    bindToggle(byId('previewMicrophone'), devices, 'microphone');
    bindToggle(byId('previewCamera'), devices, 'camera');
    devices.addEventListener('change', () => this.#showDevices());
    byId('joinForm').addEventListener('submit', (event) => {
      event.preventDefault();
      this.#submit();
    });
    byId('giveUp').addEventListener('click', () => this.#giveUp?.());
  }

  /** Shows the form. A given room is fixed, as in a link somebody sent. */
  open({ room, user, size, problem = '' }) {
    byId('lobby').hidden = false;
    byId('name').value = user;
    byId('roomName').value = room;
    byId('joinTitle').textContent = room ? `Join “${room}”` : 'Join a call';
    say(byId('joinError'), problem);
    byId(user ? (room ? 'joinBtn' : 'roomName') : 'name').focus();
    this.#devices.open(size);
  }

  /** Says that the person waits for a moderator; `giveUp()` runs when they no longer want to. */
  hold(giveUp) {
    if (byId('lobby').hidden) {
      return; // somebody who was inside already; Call says so
    }
    this.#giveUp = giveUp;
    byId('holdingTitle').textContent = `Waiting to be let into “${byId('roomName').value.trim()}”`;
    byId('holdingText').textContent = HELD;
    this.#showHolding(true);
    byId('holdingTitle').focus();
  }

  close() {
    byId('lobby').hidden = true;
    byId('preview').srcObject = null;
  }

  async #submit() {
    const user = byId('name').value.trim();
    const room = byId('roomName').value.trim();
    if (!user || !room) {
      say(byId('joinError'), 'Give your name and a room.');
      return;
    }
    const button = byId('joinBtn');
    button.disabled = true;
    button.textContent = 'Joining…';
    say(byId('joinError'), '');
    try {
      await this.#join({ user, room });
    } catch (error) {
      say(byId('joinError'), error.message);
    } finally {
      button.disabled = false;
      button.textContent = 'Join';
      this.#showHolding(false);
    }
  }

  #showHolding(holding) {
    byId('joinForm').hidden = holding;
    byId('holding').hidden = !holding;
  }

  #showDevices() {
    const preview = byId('preview');
    const camera = this.#devices.on('camera');
    // An empty stream would hold up the page's load event for ever.
    const stream = this.#devices.has('camera') ? this.#devices.stream : null;
    if (preview.srcObject !== stream) {
      preview.srcObject = stream;
    }
    preview.classList.toggle('off', !camera);
    say(byId('previewNote'), camera ? '' : this.#devices.has('camera') ? 'Your camera is off' : 'No camera');
    say(byId('deviceNote'), describeDevices(this.#devices.problems));
  }
}
