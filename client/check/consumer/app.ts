// An application of the package, as far as the compiler is concerned.
import * as atrium from 'atrium-client';

export const exported: string[] = Object.keys(atrium);
