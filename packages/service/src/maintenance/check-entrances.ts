import type { BucketName } from '@bindery/protocol'
import { andThen, type MetadataStore } from '@bindery/storage'
import { entrancesOf } from '../domain/buckets/access-points.js'
import { isDamage } from '../domain/stored/damage.js'
import { readDocument } from '../domain/stored/documents.js'
import { bucketRows, entranceRows } from '../domain/stored/keyspace.js'
import type { EntranceRecord } from '../domain/stored/model.js'
import type { Inspection } from './inspection.js'
import { walk } from './walk.js'

/** Checks that exactly the names of listed access points lead to one, each to the bucket that lists it. */
export async function checkEntrances({ metadata, findings, tallies, damaged }: Inspection): Promise<void> {
  const missing = new Map<string, EntranceRecord>()
  for (const bucket of tallies.keys()) {
    for (const [entrance, record] of await findListed(metadata, bucket as BucketName)) missing.set(entrance, record)
  }
  for await (const { row, entrance, record } of walk(metadata, entranceRows, damaged)) {
    const listed = missing.get(entrance)
    if (listed?.bucket === record.bucket && listed.accessPoint === record.accessPoint) missing.delete(entrance)
    else
      await findings.add(
        'entranceStray',
        { entrance, bucket: record.bucket },
        {
          before: (quarantine) => quarantine.row(row.key, row.value, 'its bucket does not list the access point'),
          commit: (tx) => tx.delete(row.key),
        },
      )
  }
  for (const [entrance, record] of missing) {
    await findings.add(
      'entranceMissing',
      { entrance, bucket: record.bucket },
      { commit: (tx) => entranceRows.set(tx, { entrance }, record) },
    )
  }
}

/** The names of a bucket's access points; none of a document that is damaged, which is a finding of its own. */
async function findListed(metadata: MetadataStore, bucket: BucketName): Promise<[string, EntranceRecord][]> {
  try {
    return await metadata.read((reader) =>
      andThen(bucketRows.read(reader, { bucket }), async (record) => {
        if (record === undefined) return []
        const { accessPoints = [] } = (await readDocument(reader, record, 'accessPoint')) ?? {}
        return accessPoints.flatMap((point) => {
          const leadsTo = { bucket, accessPoint: point.accessPointName }
          return entrancesOf(record.owner, point).map((name): [string, EntranceRecord] => [name, leadsTo])
        })
      }),
    )
  } catch (error) {
    if (isDamage(error)) return []
    throw error
  }
}
