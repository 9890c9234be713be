import { SelfpasteError } from '../core/index.ts';
import { claimLease, type Renewal, renewLease } from './run-lease.ts';
import { type Lease, letGo, ownerUnreadable, takenOver } from './run-owner.ts';

interface Moment {
  readonly wallMs: number;
  readonly monotonicMs: number;
}

/** The owner's signs of life, and what they tell it of its own ownership. */
export class Heartbeat {
  readonly #folder: string;
  readonly #lease: Lease;
  readonly #leaseMs: number;
  /** Not renewed yet, so that the first call of {@link requireHeld} looks whether another claimed it at the same moment. */
  #last: Renewal = { kind: 'kept' };
  #renewedAt = now();

  /** @param lease stands since just now */
  constructor(folder: string, lease: Lease, leaseMs: number) {
    this.#folder = folder;
    this.#lease = lease;
    this.#leaseMs = leaseMs;
  }

  /** Renews the lease if it can be renewed; never throws. */
  beat(): Renewal {
    // Who has lost the run has lost it for good, also when the new owner is done and gone.
    if (this.#last.kind !== 'taken') this.#last = this.#renew();
    if (this.#last.kind === 'renewed') this.#renewedAt = now();
    return this.#last;
  }

  /**
   * Looks at nothing but clocks for a third of the lease after a beat. A beat that fails is no harm while the lease lasts.
   * @throws SelfpasteError ENVIRONMENT_RUN_TAKEN_OVER, ENVIRONMENT_RUN_OUT_OF_REACH
   */
  requireHeld(): void {
    const silentMs = elapsedMs(this.#renewedAt);
    if (this.#last.kind === 'renewed' && silentMs < this.#leaseMs / 3) return;
    const renewal = this.beat();
    if (renewal.kind === 'taken') throw takenOver(this.#folder, renewal.by, silentMs);
    if (silentMs < this.#leaseMs) return;
    if (renewal.kind === 'absent') throw letGo(this.#folder, silentMs);
    if (renewal.kind === 'unreadable') throw ownerUnreadable(this.#folder, renewal.error);
  }

  #renew(): Renewal {
    const renewal = renewLease(this.#folder, this.#lease);
    // After a whole lease another may have had the run and let go of it: then it is not ours to claim again.
    if (renewal.kind !== 'absent' || elapsedMs(this.#renewedAt) >= this.#leaseMs) return renewal;
    return this.#claimAgain();
  }

  #claimAgain(): Renewal {
    try {
      claimLease(this.#folder, this.#lease, this.#leaseMs);
      return { kind: 'renewed' };
    } catch (error) {
      return error instanceof SelfpasteError ? renewLease(this.#folder, this.#lease) : { kind: 'unreadable', error };
    }
  }
}

const now = (): Moment => ({ wallMs: Date.now(), monotonicMs: performance.now() });

/** By the clock that says more: one stands still while the machine sleeps, the other may be set, forward or back. */
function elapsedMs({ wallMs, monotonicMs }: Moment): number {
  return Math.max(Math.abs(Date.now() - wallMs), performance.now() - monotonicMs);
}
