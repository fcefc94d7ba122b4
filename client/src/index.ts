/**
 * The client of Atrium for browsers: rooms, people, what they publish and what is received of it.
 *
 * @packageDocumentation
 */

export {};
