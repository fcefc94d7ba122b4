// Requests to the server: what it answers, or a Problem with a sentence for a person.

const TOKEN = 'atrium-admin-token';

export class Problem extends Error {
  constructor(status, text) {
    super(text);
    this.status = status;
  }
}

/** The server did not answer. */
export class Lost extends Error {}

/** The administrators' token, kept until the tab is closed. */
export const token = {
  get: () => sessionStorage.getItem(TOKEN) ?? '',
  set: (text) => sessionStorage.setItem(TOKEN, text),
  forget: () => sessionStorage.removeItem(TOKEN),
};

const TIMEOUT = 8_000; // ms

async function ask(path, options = {}) {
  const headers = { ...options.headers };
  if (token.get()) {
    headers.Authorization = `Bearer ${token.get()}`;
  }
  const signal = AbortSignal.timeout(TIMEOUT);
  const response = await fetch(`./api/${path}`, { cache: 'no-store', signal, ...options, headers }).catch((error) => {
    throw new Lost('The server does not answer.', { cause: error });
  });
  const body = await response.json().catch(() => ({}));
  if (!response.ok) {
    throw new Problem(response.status, body.detail ?? `The server answered ${response.status}.`);
  }
  return body;
}

/** Reads; parameters that are empty are left out. */
export function get(path, parameters = {}) {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters)) {
    if (value !== '' && value !== false && value !== undefined) {
      query.set(name, value === true ? '' : value);
    }
  }
  return ask(`${path}?${query}`);
}

export function post(path, body) {
  return ask(path, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) });
}
