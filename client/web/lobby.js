// The first screen: see yourself, say who you are and where to go.

import { describeDevices } from './messages.js';
import { bindToggle, byId, say } from './dom.js';

export class Lobby {
  #devices;
  #join;

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
    }
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
