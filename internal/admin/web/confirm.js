// Nothing that people would notice happens without being asked for twice.

import { byId, toast } from './dom.js';

/**
 * Asks whether to act. `act` runs on yes; when it fails the dialog stays and says why, and when it works `done` is said.
 */
export function confirm({ title, text, yes, act, done, danger = true }) {
  const dialog = byId('confirm');
  const button = byId('confirmYes');
  const problem = byId('confirmProblem');
  byId('confirmTitle').textContent = title;
  byId('confirmText').textContent = text;
  button.textContent = yes;
  button.className = `button ${danger ? 'danger' : 'primary'}`;
  problem.hidden = true;
  button.onclick = async () => {
    button.disabled = true;
    try {
      await act();
      dialog.close();
      toast(done);
    } catch (error) {
      problem.textContent = error.message;
      problem.hidden = false;
    } finally {
      button.disabled = false;
    }
  };
  byId('confirmNo').onclick = () => dialog.close();
  dialog.showModal();
  byId('confirmNo').focus();
}
