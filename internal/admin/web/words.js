// Numbers and causes as a person reads them.

const digits = (value) => (value >= 100 ? 0 : value >= 10 ? 1 : 2);

const scaled = (value, units) => {
  let step = 0;
  while (value >= 1_000 && step < units.length - 1) {
    value /= 1_000;
    step++;
  }
  const shown = step === 0 ? Math.round(value) : Number(value.toFixed(digits(value)));
  return `${shown} ${units[step]}`.trim();
};

export const UNKNOWN = '–';

const unless = (value, words) => (value === null || value === undefined || Number.isNaN(value) ? UNKNOWN : words(value));

export const count = (value) => unless(value, (n) => Math.round(n).toLocaleString('en'));
export const bits = (value) => unless(value, (n) => scaled(n, ['bit/s', 'kbit/s', 'Mbit/s', 'Gbit/s']));
export const packets = (value) => unless(value, (n) => `${scaled(n, ['', 'k', 'M'])}/s`);
export const each = (value) => unless(value, (n) => `${Number(n.toFixed(1))}/s`);

/** A share from 0 to 1. Small ones get a digit more. */
export const percent = (value) =>
  unless(value, (n) => `${n === 0 || n >= 0.1 ? Math.round(n * 100) : (n * 100).toFixed(1)} %`);

export const milliseconds = (value) =>
  unless(value, (s) => (s === 0 ? UNKNOWN : s < 0.01 ? `${(s * 1_000).toFixed(1)} ms` : `${Math.round(s * 1_000)} ms`));

export const score = (value) => (value > 0 ? value.toFixed(1) : UNKNOWN);

/** How good a score is, as a word for colours; empty while it is not known. */
export function grade(value) {
  if (!(value > 0)) {
    return '';
  }
  return value >= 4 ? 'good' : value >= 3 ? 'fair' : value >= 2 ? 'poor' : 'bad';
}

export const plural = (n, one, many = `${one}s`) => `${count(n)} ${n === 1 ? one : many}`;

/** How long ago, by the server's clock: 45 s, 12 min, 3 h 20 min, 5 d. */
export function age(since, now) {
  const seconds = Math.max(0, Math.round((Date.parse(now) - Date.parse(since)) / 1_000));
  if (seconds < 60) {
    return `${seconds} s`;
  }
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) {
    return `${minutes} min`;
  }
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? `${hours} h ${minutes % 60} min` : `${Math.floor(hours / 24)} d`;
}

export const size = ({ width, height } = {}) => (width ? `${width}×${height}` : UNKNOWN);

/** The stream that needs no word: everybody has it. */
export const WEBCAM = 'webcam';

/** What a stream is called: by its publisher, and by what it is unless that is the webcam. */
export const stream = ({ publisher, stream: id }) => (id === WEBCAM ? publisher : `${publisher} (${id})`);

/** What tells a stream from all others of a room. */
export const streamKey = ({ publisher, stream: id }) => JSON.stringify([publisher, id]);

/** Why something is received badly, by where it is. */
const CAUSES = {
  downlink: 'their own connection',
  uplink: "the publisher's connection",
  'publisher layer': 'a publisher who sends less than is wanted',
  overload: 'a machine that cannot keep up',
};

export const cause = (name) => CAUSES[name] ?? name;

const PAUSES = {
  muted: 'muted',
  hidden: 'not looked at',
  bandwidth: 'paused: the link is too narrow',
  silent: 'paused: nothing comes back',
};

export const pause = (name) => PAUSES[name] ?? name;

/** The path of a connection: UDP, IPv4, host. */
export function path(transport) {
  if (!transport.connected) {
    return 'connecting';
  }
  const family = { ipv4: 'IPv4', ipv6: 'IPv6' }[transport.family];
  return [transport.protocol.toUpperCase(), family, transport.remote].filter(Boolean).join(' · ');
}
