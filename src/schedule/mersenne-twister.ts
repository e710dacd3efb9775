const N = 624;
const M = 397;
const DEFAULT_SEED = 5489;

/** The state that the default seed stands for. */
function seeded(): Uint32Array {
  const state = new Uint32Array(N);
  state[0] = DEFAULT_SEED;
  for (let i = 1; i < N; i++) {
    const previous = state[i - 1]! ^ (state[i - 1]! >>> 30);
    state[i] = Math.imul(1812433253, previous) + i;
  }
  return state;
}

/** Steps a state so that it gives the next `N` outputs. */
function refill(state: Uint32Array): void {
  for (let i = 0; i < N; i++) {
    const y = (state[i]! & 0x80000000) | (state[(i + 1) % N]! & 0x7fffffff);
    state[i] = state[(i + M) % N]! ^ (y >>> 1) ^ ((y & 1) !== 0 ? 0x9908b0df : 0);
  }
}

/** What the default seed gives first: allocations begin with it again and again, and most need no more. */
const FIRST = seeded();
refill(FIRST);

/** MT19937 with its default seed: the allocator's search draws from it (docs/model/scheduling.md#allocation). */
export class MersenneTwister {
  private state: Uint32Array = FIRST;
  private index = 0;

  /** The next 32-bit output, unsigned. */
  next(): number {
    if (this.index >= N) {
      if (this.state === FIRST) this.state = FIRST.slice();
      refill(this.state);
      this.index = 0;
    }
    let y = this.state[this.index++]!;
    y ^= y >>> 11;
    y ^= (y << 7) & 0x9d2c5680;
    y ^= (y << 15) & 0xefc60000;
    y ^= y >>> 18;
    return y >>> 0;
  }
}
