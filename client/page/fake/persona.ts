// The people who are painted in the place of cameras: how each of them looks, always the same for the same number.

/** What a painted person looks like. Colours are CSS. */
export interface Persona {
  readonly name: string;
  readonly skin: string;
  readonly hair: string;
  readonly style: 'short' | 'side' | 'bob' | 'long' | 'bun' | 'curls' | 'bald' | 'scarf';
  readonly clothes: string;
  readonly neckline: 'crew' | 'collar' | 'vee';
  readonly beard: boolean;
  readonly glasses: boolean;
  readonly wall: readonly [string, string];
  readonly room: 'window' | 'shelf' | 'plant' | 'plain';
  /** How far the head is from the middle, and how large it is, of the height. */
  readonly lean: number;
  readonly size: number;
}

const NAMES = [
  'Amara Obi', 'Björn Lund', 'Chiara Conti', 'Daniel Weiss', 'Elif Kaya', 'Farid Haddad', 'Grace Kim', 'Hiro Tanaka',
  'Inés Romero', 'Jonas Vogel', 'Kavya Nair', 'Luca Moretti', 'Mei Chen', 'Noah Brandt', 'Olga Petrova', 'Pavel Novák',
  'Quinn Doyle', 'Rosa Marín', 'Samir Patel', 'Tessa Jansen', 'Umar Bello', 'Vera Costa', 'Wanda Nowak', 'Xavier Roux',
  'Yuki Mori', 'Zoe Martin', 'Aino Korpi', 'Bela Horvath', 'Carla Dias', 'Dmitri Orlov', 'Emma Berg', 'Femi Ade',
  'Greta Holm', 'Hugo Silva', 'Ivy Wong', 'Jamal Reed', 'Karin Eklund', 'Leo Marx', 'Maya Cohen', 'Nils Dahl',
  'Oscar Lahti', 'Priya Rao', 'Rafael Cruz', 'Sara Lind', 'Tomás Vega', 'Una Byrne', 'Viktor Graf', 'Wei Zhang', 'Yara Aziz',
];

const SKINS = ['#f3cfae', '#8a5a3c', '#e8b88f', '#f6d9bf', '#c68d63', '#a06a45', '#f0c8a4', '#d9a57a', '#5f3d2a'];
const HAIRS = ['#2a1c14', '#1a1412', '#7a4a25', '#c79a5b', '#3a2a20', '#14100e', '#a9542c', '#8c8783', '#59361f'];
const CLOTHES = ['#2f6f73', '#d9a441', '#39507a', '#b5533c', '#5b6b4a', '#7a5c86', '#2d3a4a', '#c9c2b4', '#a23e55', '#4a7fa5'];
const WALLS = [
  ['#d8cdbd', '#a99a88'], ['#b9c7cc', '#7f949c'], ['#c9d1c2', '#8e9c86'], ['#d9c3b4', '#a8897a'], ['#c3c3d3', '#8a8aa6'],
  ['#e0d8c8', '#b0a48f'], ['#aebfc9', '#6f8796'], ['#cfc4cf', '#968897'],
] as const;
const STYLES = ['bun', 'short', 'long', 'side', 'bob', 'curls', 'long', 'short', 'curls', 'bald', 'scarf', 'side', 'bob'] as const;
const ROOMS = ['window', 'shelf', 'plant', 'plain', 'shelf', 'window', 'plant'] as const;
const NECKLINES = ['crew', 'collar', 'vee'] as const;

const pick = <T>(list: readonly T[], index: number): T => list[index % list.length] as T;

/** Person number `index`, from 0. */
export function personaOf(index: number): Persona {
  const style = pick(STYLES, index);
  const bearded = style === 'short' || style === 'side' || style === 'bald';
  return {
    name: index < NAMES.length ? pick(NAMES, index) : `${pick(NAMES, index)} ${index}`,
    skin: pick(SKINS, index * 5 + 1),
    hair: pick(HAIRS, index * 4),
    style,
    clothes: pick(CLOTHES, index * 3),
    neckline: pick(NECKLINES, index),
    beard: bearded && index % 3 === 0,
    glasses: index % 4 === 2,
    wall: pick(WALLS, index * 3),
    room: pick(ROOMS, index),
    lean: (((index * 37) % 11) - 5) / 90,
    size: 0.3 + ((index * 29) % 7) / 130,
  };
}
