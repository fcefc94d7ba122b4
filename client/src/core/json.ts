/** What JSON can say. */
export type Json = null | boolean | number | string | Json[] | { [name: string]: Json };

/** The same members without `readonly`: how the SDK's own code writes what applications only read. */
export type Writable<T> = { -readonly [K in keyof T]: T[K] };
