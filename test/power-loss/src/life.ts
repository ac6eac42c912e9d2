/** One process's use of a store on a recording disk: its requests, and the times of its promises. */
import { setImmediate as nextTurn } from 'node:timers/promises'
import { type BlobStore, createRandom } from '@bindery/storage'
import { openLocalBlobStore } from '@bindery/storage-local'
import { keepAsBase } from './crash-state.js'
import { type Call, Disk } from './disk.js'
import type { FolderNode } from './inodes.js'
import type { Ledger, LedgerEntry } from './ledger.js'
import { type Sending, sourceOf } from './source.js'

export interface LifeOptions {
  readonly folder: string
  readonly root: FolderNode
  readonly ledger: Ledger
  readonly canPunch: boolean
  readonly incarnation: string
  readonly seed: number
  readonly failure: (call: Call) => Error | undefined
}

export class Life {
  readonly folder: string
  readonly disk: Disk
  readonly ledger: Ledger
  readonly store: BlobStore

  constructor({ folder, ledger }: LifeOptions, disk: Disk, store: BlobStore) {
    this.folder = folder
    this.disk = disk
    this.ledger = ledger
    this.store = store
  }

  /** Writes a blob. If the store refuses, nothing is promised. */
  async write(size: number, sending: Sending = {}): Promise<void> {
    const entry = this.ledger.begin(size)
    try {
      const source = sourceOf(entry.content, sending)
      const { id } = await this.store.write(source, { owner: Buffer.from(entry.owner), ...entry.encryption })
      this.ledger.resolve(entry, id, this.disk.journal.next())
    } catch (error) {
      if (!isExpected(error)) throw error
    }
  }

  async delete(entry: LedgerEntry): Promise<void> {
    this.ledger.beginDelete(entry, this.disk.journal.next())
    if (await this.deleteId(entry.id ?? '')) this.ledger.endDelete(entry, this.disk.journal.next())
  }

  /** Resolves with whether the store reports success. */
  async deleteId(id: string): Promise<boolean> {
    try {
      await this.store.delete(id)
      return true
    } catch (error) {
      if (!isExpected(error)) throw error
      return false
    }
  }

  async pause(turns: number): Promise<void> {
    for (let turn = 0; turn < turns; turn += 1) await nextTurn()
  }
}

/** Starts a life on a disk as an earlier one left it. */
export async function beginLife(options: LifeOptions): Promise<Life> {
  const { folder, incarnation } = options
  const random = createRandom(options.seed)
  keepAsBase(options.root)
  const disk = new Disk({ ...options, random })
  const store = await openLocalBlobStore({ folder, incarnation, files: disk.operations, bufferBytes: 4 * 1024 * 1024 })
  return new Life(options, disk, store)
}

/** Injected failures; any other is a fault of the store. */
function isExpected(error: unknown): boolean {
  return error instanceof Error && /injected|an earlier sync|failed: (EIO|ENOSPC)/.test(error.message)
}
