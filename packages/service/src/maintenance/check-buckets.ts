import type { Transaction } from '@bindery/storage'
import { isAccountOwner } from '../domain/buckets/account-settings.js'
import { bucketRows, documentRows } from '../domain/stored/keyspace.js'
import type { BucketRecord } from '../domain/stored/model.js'
import { documentOf } from '../domain/stored/records/document.js'
import { isDocument } from './documents.js'
import type { Fix } from './findings.js'
import type { Inspection } from './inspection.js'
import { type EntryOf, walk } from './walk.js'

type DocumentRow = EntryOf<typeof documentRows>

/** Checks every bucket, and that its configuration has exactly the documents that its record lists. */
export async function checkBuckets(inspection: Inspection): Promise<void> {
  const buckets = new Map<string, BucketRecord>()
  for await (const { bucket, record } of walk(inspection.metadata, bucketRows, inspection.damaged)) {
    inspection.addBucket(bucket)
    if (record.documents !== undefined) buckets.set(bucket, record)
  }
  const listed = new Set(
    [...buckets].flatMap(([bucket, { documents = {} }]) => Object.keys(documents).map((kind) => `${bucket}/${kind}`)),
  )
  for await (const rows of documentsOf(inspection)) {
    const [{ bucket, document }] = rows
    listed.delete(`${bucket}/${document}`)
    if (isAccountOwner(bucket)) await checkDocument(inspection, rows, 1)
    else if (inspection.tallies.has(bucket))
      await checkDocument(inspection, rows, buckets.get(bucket)?.documents?.[document])
    else await inspection.count(bucket, {})
  }
  for (const name of listed) {
    const [bucket = '', document = ''] = name.split('/')
    await inspection.findings.add('documentBroken', { bucket, document }, removal(bucket, document, []))
  }
}

/** The rows of each document together: they are adjacent. */
async function* documentsOf({ metadata, damaged }: Inspection): AsyncGenerator<[DocumentRow, ...DocumentRow[]]> {
  let rows: DocumentRow[] = []
  for await (const row of walk(metadata, documentRows, damaged)) {
    const [first] = rows
    if (first !== undefined && (first.bucket !== row.bucket || first.document !== row.document)) {
      yield rows as [DocumentRow, ...DocumentRow[]]
      rows = []
    }
    rows.push(row)
  }
  if (rows.length > 0) yield rows as [DocumentRow, ...DocumentRow[]]
}

async function checkDocument(
  inspection: Inspection,
  rows: readonly [DocumentRow, ...DocumentRow[]],
  expected: number | undefined,
): Promise<void> {
  const [{ bucket, document }] = rows
  const kind = expected === undefined ? 'documentStray' : 'documentBroken'
  if (kind === 'documentBroken' && rows.length === expected && isSound(rows)) return
  await inspection.findings.add(kind, { bucket, document }, removal(bucket, document, rows))
}

function isSound(rows: readonly [DocumentRow, ...DocumentRow[]]): boolean {
  try {
    return (
      rows.every(({ page }, position) => page === position) &&
      isDocument(rows[0].document, documentOf(rows.map(({ record }) => record)))
    )
  } catch {
    return false
  }
}

/** Removes a document, so that its bucket has none of this kind and it can be set again. */
function removal(bucket: string, kind: string, rows: readonly DocumentRow[]): Fix {
  return {
    before: async (quarantine) => {
      for (const { row } of rows) await quarantine.row(row.key, row.value, 'it belongs to an incomplete document')
    },
    commit: async (tx: Transaction) => {
      for (const { row } of rows) tx.delete(row.key)
      const record = await bucketRows.read(tx, { bucket })
      if (record === undefined) return
      const { [kind]: _, ...documents } = record.documents ?? {}
      bucketRows.set(tx, { bucket }, { ...record, documents })
    },
  }
}
