/**
 * The calls to a disk in order, and when the effects of each became durable. Time is counted in ticks: the beginning
 * and the end of each call have their own.
 */
import type { FileNode, FolderNode, Inode } from './inodes.js'

/** One change that a power loss may undo. */
export type Change =
  | { readonly kind: 'write'; readonly node: FileNode; readonly position: number; readonly bytes: Buffer }
  | { readonly kind: 'clear'; readonly node: FileNode; readonly position: number; readonly length: number }
  | { readonly kind: 'link'; readonly node: FolderNode; readonly name: string; readonly target: Inode }
  | { readonly kind: 'unlink'; readonly node: FolderNode; readonly name: string }

/** A change and its times; times that have not come are infinite. */
export interface Entry {
  readonly change: Change
  /** From this tick on the disk may have it. */
  readonly began: number
  /** The call was answered. */
  ended: number
  /** A sync that covers it was answered: from this tick on the disk has it. */
  durable: number
  /** A sync that covered it failed: the system has forgotten it, and no later sync writes it to the disk. */
  isForgotten: boolean
}

export class Journal {
  readonly entries: Entry[] = []
  #tick = 0

  /** The number of the last event. */
  get tick(): number {
    return this.#tick
  }

  /** Counts an event. */
  next(): number {
    this.#tick += 1
    return this.#tick
  }

  begin(change: Change): Entry {
    const entry: Entry = {
      change,
      began: this.next(),
      ended: Number.POSITIVE_INFINITY,
      durable: Number.POSITIVE_INFINITY,
      isForgotten: false,
    }
    this.entries.push(entry)
    return entry
  }

  end(entry: Entry): void {
    entry.ended = this.next()
  }

  /** A sync of a file or folder that began at a tick has ended: it covers all changes that had ended before. */
  synced(node: Inode, began: number): void {
    const now = this.next()
    for (const entry of this.#waiting(node)) if (entry.ended < began) entry.durable = now
  }

  /** A sync has failed: the changes that it covered, or might have covered, are forgotten. */
  syncFailed(node: Inode): void {
    this.next()
    for (const entry of this.#waiting(node)) entry.isForgotten = true
  }

  *#waiting(node: Inode): Iterable<Entry> {
    for (const entry of this.entries) {
      if (entry.change.node === node && entry.durable === Number.POSITIVE_INFINITY && !entry.isForgotten) yield entry
    }
  }

  /** The changes that may be on the disk at a tick, and whether each surely is. */
  at(tick: number): { readonly entry: Entry; readonly isDurable: boolean }[] {
    return this.entries
      .filter(({ began }) => began <= tick)
      .map((entry) => ({ entry, isDurable: entry.durable <= tick }))
  }
}

/** A change as text. */
export function describeChange(change: Change): string {
  switch (change.kind) {
    case 'write':
      return `write ${change.bytes.length} bytes at ${change.position}`
    case 'clear':
      return `clear ${change.length} bytes at ${change.position}`
    case 'link':
      return `create ${change.name}`
    case 'unlink':
      return `remove ${change.name}`
  }
}
