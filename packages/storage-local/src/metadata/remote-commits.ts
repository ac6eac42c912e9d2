import { type Bytes, StorageError } from '@bindery/storage'
import { type Changes, type Commits, receivedError, type SentOutcome } from './commits.js'
import { encodeCommits, type SentCommit } from './sent-commits.js'

/** Sends a batch of transactions to the writing process; resolves with their outcomes, in order. */
export type SendCommits = (batch: Bytes) => Promise<readonly SentOutcome[]>

interface Waiting {
  readonly sent: SentCommit
  readonly resolve: (committed: boolean) => void
  readonly reject: (error: unknown) => void
}

/** Lets another process commit transactions. Those of one turn of the event loop are sent together. */
export class RemoteCommits implements Commits {
  readonly acknowledged = undefined
  readonly last = undefined
  readonly isIdle = false
  readonly recent = undefined
  readonly #send: SendCommits
  #waiting: Waiting[] = []
  readonly #underway = new Set<Promise<void>>()

  constructor(send: SendCommits) {
    this.#send = send
  }

  commit(changes: Changes, seen: bigint, again: boolean): Promise<boolean> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ sent: { changes, seen, again }, resolve, reject })
      if (this.#waiting.length > 1) return
      const sent = new Promise<void>((ended) => setImmediate(() => void this.#sendWaiting().then(ended)))
      this.#underway.add(sent)
      void sent.then(() => this.#underway.delete(sent))
    })
  }

  async idle(): Promise<void> {
    while (this.#underway.size > 0) await Promise.all(this.#underway)
  }

  async #sendWaiting(): Promise<void> {
    const batch = this.#waiting
    this.#waiting = []
    try {
      const outcomes = await this.#send(encodeCommits(batch.map(({ sent }) => sent)))
      for (const [index, { resolve, reject }] of batch.entries()) {
        const outcome = outcomes[index]
        if (typeof outcome === 'boolean') resolve(outcome)
        else reject(receivedError(outcome ?? { kind: 'unavailable', message: 'a commit was not answered' }))
      }
    } catch (cause) {
      const error = new StorageError('unavailable', 'the process that commits does not answer', { cause })
      for (const { reject } of batch) reject(error)
    }
  }
}
