import { setTimeout as sleep } from 'node:timers/promises'
import { BEAT_MS, RowCluster, type RowClusterOptions } from '@bindery/service'
import { StorageError } from '@bindery/storage'
import type { Log } from '../log.js'
import { pause } from '../pause.js'
import { endOnFatal } from './crash.js'

type MemberOption = 'metadata' | 'incarnation' | 'nudge' | 'isBeingCopied' | 'copiesStores' | 'details'

/** The store and the name of a member, and what it may have from outside. */
export interface MemberOptions extends Pick<RowClusterOptions, MemberOption> {
  readonly log: Log
}

/** The membership of this process by rows, which it confirms every BEAT_MS. If it was declared dead, the process ends. */
export class Member {
  readonly rows: RowCluster
  readonly #log: Log
  readonly #leaving = new AbortController()
  readonly #beats: Promise<void>

  private constructor(rows: RowCluster, log: Log) {
    this.rows = rows
    this.#log = log
    this.#beats = this.#beat()
  }

  static async join({ log, ...options }: MemberOptions): Promise<Member> {
    const rows = await RowCluster.join({
      ...options,
      clock: Date.now,
      uptime: () => performance.now(),
      sleep: (milliseconds) => sleep(milliseconds),
      onDamage: (damage) => log.error(damage, 'a damaged row was passed over'),
    })
    return new Member(rows, log)
  }

  async report(): Promise<void> {
    try {
      await this.rows.report()
    } catch (error) {
      // Nothing that this process does counts any more.
      if (error instanceof StorageError && error.kind === 'fenced') endOnFatal(error)
      else this.#log.warn({ err: error }, 'this process could not report its reads and will try again')
    }
  }

  async leave(): Promise<void> {
    this.#leaving.abort()
    await this.#beats
    await this.rows.leave()
  }

  async #beat(): Promise<void> {
    while (!this.#leaving.signal.aborted) {
      await this.report()
      await pause(BEAT_MS, this.#leaving.signal)
    }
  }
}
