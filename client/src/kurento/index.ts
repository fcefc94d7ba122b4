/**
 * The globals of Kurento Room's client, on top of the SDK, so that pages written for it change one script tag.
 *
 * @packageDocumentation
 */

export {};
