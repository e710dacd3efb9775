/** What a worker did. */
export interface WorkerCount {
  readonly name: string;
  readonly threads: number;
  /** Batches and other jobs that it finished, and designs in these. */
  readonly jobs: number;
  readonly designs: number;
  /** Times that it was lost, and jobs that it had then, which were done again. */
  readonly losses: number;
  readonly retries: number;
}

/** Counts what a worker does. */
export class Tally implements WorkerCount {
  jobs = 0;
  designs = 0;
  losses = 0;
  retries = 0;

  constructor(
    public name: string,
    public threads: number,
  ) {}

  finish(designs: number): void {
    this.jobs++;
    this.designs += designs;
  }

  lose(retries: number): void {
    this.losses++;
    this.retries += retries;
  }

  get count(): WorkerCount {
    const { name, threads, jobs, designs, losses, retries } = this;
    return { name, threads, jobs, designs, losses, retries };
  }
}
