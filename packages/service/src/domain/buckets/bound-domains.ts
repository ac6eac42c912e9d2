/** Finds the bucket of a bound domain, for requests whose Host is one. */
import type { BucketName } from '@bindery/protocol'
import { type Awaitable, andThen, type MetadataStore, type Transaction } from '@bindery/storage'
import { readDocument } from '../stored/documents.js'
import { boundDomainRows } from '../stored/keyspace.js'
import type { BucketRecord } from '../stored/model.js'

/** Milliseconds for which a lookup is cached: for that long another process may not notice a change. */
const KEPT_MS = 1_000
const KEPT_MAX = 1_000

interface Surroundings {
  readonly metadata: MetadataStore
  readonly clock: () => number
}

/** Remembers domains for a moment, bound or not, so that requests to a Host of no binding pay no read each. */
export class BoundDomains {
  readonly #kept = new Map<string, { readonly bucket: BucketName | undefined; readonly until: number }>()

  /** Undefined for a domain that is not bound. */
  find({ metadata, clock }: Surroundings, domain: string): Awaitable<BucketName | undefined> {
    const now = clock()
    const kept = this.#kept.get(domain)
    if (kept !== undefined && now < kept.until && now >= kept.until - KEPT_MS) return kept.bucket
    return andThen(
      metadata.read((reader) => boundDomainRows.read(reader, { domain })),
      (found) => {
        if (this.#kept.size >= KEPT_MAX) this.#kept.clear()
        this.#kept.set(domain, { bucket: found?.bucket, until: now + KEPT_MS })
        return found?.bucket
      },
    )
  }

  /** A domain was bound or released in this process. */
  forget(domain: string): void {
    this.#kept.delete(domain)
  }
}

/** Releases all domains of a bucket that is deleted. */
export async function releaseDomains(tx: Transaction, bucket: BucketRecord): Promise<void> {
  const { cnames = [] } = (await readDocument(tx, bucket, 'cname')) ?? {}
  for (const { domain } of cnames) boundDomainRows.delete(tx, { domain })
}
