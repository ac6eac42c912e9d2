/** When access keys were last used. */
import type { Domain } from '../domain.js'
import { accessKeyRows, keyUseRows } from '../stored/keyspace.js'

const HOUR_MS = 3_600_000
/** Keys whose last use is remembered here. */
const REMEMBERED_MAX = 1_000

/** Writes the last use of keys, each at most once an hour. */
export class KeyUses {
  readonly #domain: Domain
  readonly #written = new Map<string, number>()

  constructor(domain: Domain) {
    this.#domain = domain
  }

  /** Notes a use. It is written in the background: no request waits for it, and none fails with it. */
  note(accessKeyId: string, now: number): void {
    const hour = now - (now % HOUR_MS)
    if (this.#written.get(accessKeyId) === hour) return
    if (this.#written.size >= REMEMBERED_MAX) this.#written.clear()
    this.#written.set(accessKeyId, hour)
    this.#write(accessKeyId, hour).catch(() => this.#written.delete(accessKeyId))
  }

  async #write(accessKeyId: string, usedAt: number): Promise<void> {
    await this.#domain.metadata.transact(async (tx) => {
      // the key may have been deleted meanwhile
      if ((await accessKeyRows.read(tx, { accessKeyId })) === undefined) return
      const before = await keyUseRows.read(tx, { accessKeyId })
      if (before === undefined || before.usedAt < usedAt) keyUseRows.set(tx, { accessKeyId }, { usedAt })
    })
  }
}
