import type { BucketName } from '@bindery/protocol'
import { andThen, type MetadataStore } from '@bindery/storage'
import { isDamage } from '../domain/stored/damage.js'
import { readDocument } from '../domain/stored/documents.js'
import { boundDomainRows, bucketRows } from '../domain/stored/keyspace.js'
import type { Inspection } from './inspection.js'
import { walk } from './walk.js'

/** Checks that exactly the domains that buckets list are bound, each to the bucket that lists it. */
export async function checkDomains({ metadata, findings, tallies, damaged }: Inspection): Promise<void> {
  const missing = new Map<string, BucketName>()
  for (const bucket of tallies.keys()) {
    for (const domain of await findListed(metadata, bucket as BucketName)) missing.set(domain, bucket as BucketName)
  }
  for await (const { row, domain, record } of walk(metadata, boundDomainRows, damaged)) {
    if (missing.get(domain) === record.bucket) missing.delete(domain)
    else
      await findings.add(
        'domainStray',
        { domain, bucket: record.bucket },
        {
          before: (quarantine) => quarantine.row(row.key, row.value, 'its bucket does not list the domain'),
          commit: (tx) => tx.delete(row.key),
        },
      )
  }
  for (const [domain, bucket] of missing) {
    await findings.add(
      'domainMissing',
      { domain, bucket },
      { commit: (tx) => boundDomainRows.set(tx, { domain }, { bucket }) },
    )
  }
}

/** The domains of a bucket; none of a document that is damaged, which is a finding of its own. */
async function findListed(metadata: MetadataStore, bucket: BucketName): Promise<string[]> {
  try {
    const document = await metadata.read((reader) =>
      andThen(bucketRows.read(reader, { bucket }), (record) => record && readDocument(reader, record, 'cname')),
    )
    return (document?.cnames ?? []).map(({ domain }) => domain)
  } catch (error) {
    if (isDamage(error)) return []
    throw error
  }
}
