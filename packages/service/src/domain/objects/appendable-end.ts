/** The end of an appendable object: its last parts, and where the next one goes. */
import { type Reader, StorageError, together } from '@bindery/storage'
import { manifestRows, partNumberOf, partRows } from '../stored/keyspace.js'
import type { Manifest } from '../stored/manifest.js'
import type { Encryption, ObjectRecord, PartRecord } from '../stored/model.js'

/** The end of one appendable object. */
export interface End {
  readonly manifest: string
  /** The object's. */
  readonly encryption: Encryption | undefined
  readonly list: Manifest
  /** The greatest number among the rows of the manifest, listed or not; 0 if it has no rows. */
  readonly lastNumber: number
  /** The last part, unless rows of joined parts follow it. */
  readonly tail: PartRecord | undefined
}

/** The end of an appendable object. Throws StorageError `corrupt`. */
export async function readEnd(reader: Reader, { manifest, encryption }: ObjectRecord): Promise<End> {
  const { from, to } = partRows.rangeUnder({ manifest })
  const [list, [last]] = await together(
    manifestRows.read(reader, { manifest }),
    reader.range(from, to, { limit: 1, reverse: true }),
  )
  if (list === undefined) throw new StorageError('corrupt', `manifest ${manifest} is missing`)
  if (last === undefined) return { manifest, encryption, list, lastNumber: 0, tail: undefined }
  const partNumber = partNumberOf(last.key)
  const tail = list.lists(partNumber) ? partRows.decode(last.value, { manifest, partNumber }) : undefined
  return { manifest, encryption, list, lastNumber: partNumber, tail }
}

/** Whether no part was added or joined between two reads. */
export function isSameEnd(one: End | undefined, other: End | undefined): boolean {
  if (one === undefined || other === undefined) return one === other
  const isSameList = one.list.partCount === other.list.partCount && one.list.size === other.list.size
  return one.manifest === other.manifest && one.lastNumber === other.lastNumber && isSameList
}
