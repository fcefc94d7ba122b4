/** A promise that others settle. Nobody has to listen when it rejects. */
export class Deferred {
  resolve!: () => void;
  reject!: (error: unknown) => void;
  readonly promise: Promise<void> = new Promise<void>((resolve, reject) => {
    this.resolve = resolve;
    this.reject = reject;
  });

  constructor() {
    this.promise.catch(() => {});
  }
}
