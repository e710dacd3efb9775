/** Counts for how long something has not done its work. */
export class Patience {
  private heard = performance.now();
  private looked = performance.now();

  /** @param milliseconds for which it may do nothing */
  constructor(private readonly milliseconds: number) {}

  get seconds(): number {
    return Math.round(this.milliseconds / 1000);
  }

  /** It has done its work. */
  hear(): void {
    this.heard = performance.now();
  }

  /** True if it has done nothing for too long, unless it was this process that did not look. */
  isOver(): boolean {
    const now = performance.now();
    const half = this.milliseconds / 2;
    if (now - this.looked > half) this.heard = Math.max(this.heard, now - half);
    this.looked = now;
    return now - this.heard >= this.milliseconds;
  }
}
