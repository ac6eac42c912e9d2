/** A store with something of every kind, and functions to break and audit it, for the tests of this folder. */
import assert from 'node:assert/strict'
import {
  type BlobStore,
  type Bytes,
  createMemoryBlobStore,
  createMemoryMetadataStore,
  StorageError,
} from '@bindery/storage'
import { withDamagedRows } from '@bindery/storage/testing'
import { changeDocument } from '../domain/buckets/documents.js'
import type { Domain } from '../domain/domain.js'
import { copyObject } from '../domain/objects/copy-object.js'
import { deleteObject, findObject } from '../domain/objects/objects.js'
import type { KeyNames, LooseNames, Space } from '../domain/stored/space.js'
import {
  BUCKET,
  complete,
  initiate,
  key,
  named,
  OWNER,
  PLAIN,
  part,
  put,
  readParts,
  testDomain,
} from '../domain/testing.js'
import { copyPart } from '../domain/uploads/copy-part.js'
import { type AuditReport, audit } from './audit.js'
import type { Finding, FindingKind, Quarantine } from './findings.js'

/** Large enough to be copied by reference. */
export const BIG = Buffer.alloc(150_000, 'big')

/** A store and its contents. */
export interface Store {
  readonly domain: Domain
  /** An object of three parts, a range of which `ranged` contains; and an upload of two parts. */
  readonly joined: string
  readonly ranged: string
  readonly open: string
  /** Blobs that fail as if their bytes were damaged. */
  readonly rotten: Set<string>
  /** Makes a row fail its checksum. */
  readonly damage: (row: Bytes) => void
  readonly kept: { rows: Bytes[]; blobs: string[] }
  readonly quarantine: Quarantine
}

/** A store with something of every kind, and without problems. */
export async function filled(): Promise<Store> {
  const rotten = new Set<string>()
  const blobs = withRot(createMemoryBlobStore(), rotten)
  const { store: metadata, damage } = withDamagedRows(createMemoryMetadataStore({ runBodiesTwice: true }))
  const domain = await testDomain({ metadata, blobs })
  await put(domain, 'plain', 'plain')
  await put(domain, 'empty', '')
  await put(domain, 'source', BIG)
  await copy(domain, 'source', 'copied')
  const joined = await initiate(domain, 'joined')
  for (const number of [1, 2, 3]) await part(domain, 'joined', joined, number, BIG)
  await complete(domain, 'joined', joined)
  const ranged = await initiate(domain, 'ranged')
  await copyPart(domain, {
    bucket: BUCKET,
    key: key('ranged'),
    uploadId: ranged,
    partNumber: 1,
    source: { bucket: BUCKET, key: key('joined') },
    choose: () => ({ start: 100_000, end: 250_000 }),
  })
  await complete(domain, 'ranged', ranged)
  const open = await initiate(domain, 'open')
  for (const number of [1, 2]) await part(domain, 'open', open, number, BIG)
  await initiate(domain, 'empty upload')
  await put(domain, 'gone', BIG)
  await deleteObject(domain, named('gone'))
  await part(domain, 'open', open, 2, 'replaced')
  await changeDocument(domain, BUCKET, { kind: 'cors' }, () => ({ rules: [], responseVary: false }))
  const kept: Store['kept'] = { rows: [], blobs: [] }
  const quarantine: Quarantine = {
    row: async (row) => void kept.rows.push(row),
    blob: async (blob) => {
      kept.blobs.push(blob)
      await blobs.delete(blob)
    },
  }
  return { domain, joined, ranged, open, rotten, damage, kept, quarantine }
}

function withRot(store: BlobStore, rotten: ReadonlySet<string>): BlobStore {
  return {
    ...store,
    async *read(id, range) {
      for await (const piece of store.read(id, range)) {
        if (!rotten.has(id)) yield piece
        else {
          piece.release()
          throw new StorageError('corrupt', `rot in ${id}`)
        }
      }
    },
  }
}

function copy(domain: Domain, from: string, to: string) {
  return copyObject(domain, {
    bucket: BUCKET,
    key: key(to),
    owner: OWNER,
    acl: 'default',
    forbidOverwrite: false,
    source: { bucket: BUCKET, key: key(from) },
    descriptionOf: () => PLAIN,
  })
}

/** The result of an audit. */
export interface Audited extends AuditReport {
  readonly all: readonly Finding[]
  readonly kinds: readonly FindingKind[]
}

/** Audits a store. */
export async function run({ domain, quarantine }: Store, { repair = false, bytes = true } = {}): Promise<Audited> {
  const all: Finding[] = []
  const { metadata, blobs, random } = domain
  const report = await audit({
    metadata,
    blobs,
    random,
    bytes,
    ...(repair && { quarantine }),
    onFinding: (finding) => all.push(finding),
  })
  return { ...report, all, kinds: all.map(({ kind }) => kind) }
}

/** Writes a row. */
export const set = (domain: Domain, row: Bytes, value: Bytes): Promise<void> =>
  domain.metadata.transact(async (tx) => tx.set(row, value))
/** Changes the record of a row. */
export async function alter<N extends keyof KeyNames, T>(
  { metadata }: Domain,
  space: Space<string, N, T>,
  names: LooseNames<N>,
  change: (record: T) => T,
): Promise<void> {
  await metadata.transact(async (tx) => {
    const record = await space.read(tx, names)
    assert.ok(record)
    space.set(tx, names, change(record))
  })
}
/** Deletes a row. */
export const remove = (domain: Domain, row: Bytes): Promise<void> =>
  domain.metadata.transact(async (tx) => tx.delete(row))
/** An unused id. */
export const id = (digit: string): string => digit.repeat(32)

/** The blob of an object. */
export async function blobOf({ domain }: Store, name: string): Promise<string> {
  const { bytes } = await findObject(domain, named(name))
  assert.equal(bytes.kind, 'blob')
  return bytes.kind === 'blob' ? bytes.blob : ''
}

/** The blob of a part. */
export async function blobOfPart({ domain }: Store, manifest: string, number: number): Promise<string> {
  const [found] = await domain.metadata.read((reader) => readParts(reader, manifest, number - 1, 1))
  assert.equal(found?.bytes.kind, 'blob')
  return found?.bytes.kind === 'blob' ? found.bytes.blob : ''
}
