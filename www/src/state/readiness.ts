/** A promise that is kept, broken, and made anew: whether a device is ready. */
export class Readiness {
  private promise!: Promise<void>;
  private resolve!: () => void;
  private reject!: (error: Error) => void;

  constructor() {
    this.renew();
  }

  wait(): Promise<void> {
    return this.promise;
  }

  renew(): void {
    this.promise = new Promise<void>((resolve, reject) => {
      this.resolve = resolve;
      this.reject = reject;
    });
    // Nobody may be waiting.
    this.promise.catch(() => undefined);
  }

  succeed(): void {
    this.resolve();
  }

  fail(reason: string): void {
    this.reject(new Error(reason));
  }
}
