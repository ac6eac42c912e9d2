import { carriesBytes, type MetadataStore } from '@bindery/storage'
import { discardManifest, discardRows } from '../domain/bytes/garbage.js'
import { onlyKey } from '../domain/stored/key-range.js'
import { holderRows, manifestRows, partRows, usageRows } from '../domain/stored/keyspace.js'
import type { Manifest } from '../domain/stored/manifest.js'
import { compare } from './compare.js'
import type { Facts, Fix } from './findings.js'
import {
  BLOBS_AT_ONCE,
  holderToken,
  type Inspection,
  isGarbage,
  isReferenced,
  manifestsOf,
  mayHaveRows,
  nameToken,
} from './inspection.js'
import { dataVersions, type NamedBlob } from './named-blobs.js'
import { type EntryOf, forAll, walk } from './walk.js'

type Part = EntryOf<typeof partRows>

const BLOBS_IN_GROUP = 64

/** Checks every manifest: something holds it, or it is garbage; and it has part rows. */
export async function checkManifests(inspection: Inspection): Promise<void> {
  const { metadata, findings, ids } = inspection
  for await (const { manifest, record } of walk(metadata, manifestRows, inspection.damaged)) {
    const [isKept, hasParts] = await metadata.read(
      async (reader) =>
        [
          (await isReferenced(reader, manifest)) || (await isGarbage(reader, 'manifest', manifest)),
          await mayHaveRows(reader, partRows.rangeUnder({ manifest })),
        ] as const,
    )
    if (!isKept) {
      const fix: Fix = { commit: (tx) => discardManifest(ids, tx, manifest, { why: 'orphan' }) }
      await findings.add('manifestStray', { manifest }, findings.mayFree ? fix : undefined)
    }
    if (record.partCount > 0 && !hasParts) {
      inspection.lose(manifest)
      await findings.add('partMissing', { manifest, expected: String(record.partCount), found: '0' })
    }
  }
}

/** Checks every part outside open uploads: its manifest's list, its blob, and the targets of its slices. */
export async function checkParts(inspection: Inspection): Promise<void> {
  const blobs = new BlobQueue(inspection)
  let group: PartGroup | undefined
  for await (const part of walk(inspection.metadata, partRows, inspection.damaged)) {
    inspection.progress.parts += 1
    if (group?.manifest !== part.manifest) {
      await group?.end()
      group = await PartGroup.open(inspection, blobs, part.manifest)
      inspection.step()
    }
    await group.add(part)
  }
  await group?.end()
  await blobs.end()
}

/** Blobs to be checked, several at a time. */
class BlobQueue {
  readonly #inspection: Inspection
  #waiting: { readonly named: NamedBlob; readonly facts: Facts; readonly manifest: string }[] = []

  constructor(inspection: Inspection) {
    this.#inspection = inspection
  }

  async add(manifest: string, named: NamedBlob, facts: Facts): Promise<void> {
    this.#waiting.push({ named, facts, manifest })
    if (this.#waiting.length === BLOBS_IN_GROUP) await this.end()
  }

  async end(): Promise<void> {
    const group = this.#waiting
    this.#waiting = []
    await forAll(group, BLOBS_AT_ONCE, async ({ named, facts, manifest }) => {
      if ((await this.#inspection.checkBlob(named, facts)) !== 'sound') this.#inspection.lose(manifest)
    })
    this.#inspection.step()
  }
}

/** The part rows of one manifest, in order, compared with the manifest's list. */
class PartGroup {
  readonly manifest: string
  readonly #inspection: Inspection
  readonly #blobs: BlobQueue
  readonly #list: Manifest | undefined
  /** Whether the upload is open; its parts are then checked with it. */
  readonly #isOpen: boolean
  #next = 0
  #strays = 0

  private constructor(
    inspection: Inspection,
    blobs: BlobQueue,
    manifest: string,
    list: Manifest | undefined,
    isOpen: boolean,
  ) {
    this.#inspection = inspection
    this.#blobs = blobs
    this.manifest = manifest
    this.#list = list
    this.#isOpen = isOpen
  }

  static async open(inspection: Inspection, blobs: BlobQueue, manifest: string): Promise<PartGroup> {
    const list = (await manifestsOf(inspection.metadata, [manifest])).get(manifest)
    const hasUsage = await inspection.metadata.read((reader) =>
      mayHaveRows(reader, onlyKey(usageRows.key({ uploadId: manifest }))),
    )
    const isOpen = list === undefined && (hasUsage || inspection.uncounted.has(manifest))
    return new PartGroup(inspection, blobs, manifest, list, isOpen)
  }

  async add(part: Part): Promise<void> {
    const { record, row } = part
    const { bytes } = record
    if (bytes.kind === 'blob') {
      if (!carriesBytes(bytes.blob)) this.#inspection.names.due.add(nameToken(row.key, bytes.blob))
    } else {
      for (const { manifest, reference } of bytes.slices) {
        this.#inspection.holders.due.add(holderToken(manifest, reference))
      }
    }
    if (this.#isOpen) return
    await this.#missing(record.partNumber)
    const place = this.#next < (this.#list?.partCount ?? 0) ? this.#list?.at(this.#next) : undefined
    if (place?.partNumber !== record.partNumber) {
      this.#strays += 1
      return
    }
    this.#next += 1
    await this.#checkListed(part, place.end - place.start)
  }

  async end(): Promise<void> {
    if (this.#isOpen) return
    await this.#missing(Number.POSITIVE_INFINITY)
    if (this.#strays === 0) return
    const { findings, metadata, ids } = this.#inspection
    const isKnown = await metadata.read(
      async (reader) =>
        (await isGarbage(reader, 'rows', this.manifest)) || (await isGarbage(reader, 'manifest', this.manifest)),
    )
    if (isKnown) return
    const facts = { manifest: this.manifest, found: String(this.#strays) }
    const fix: Fix = { commit: (tx) => discardRows(ids, tx, this.manifest, 'orphan') }
    await findings.add('partStray', facts, findings.mayFree ? fix : undefined)
  }

  /** The listed parts before a part number that have no row. */
  async #missing(before: number): Promise<void> {
    const list = this.#list
    for (; list !== undefined && this.#next < list.partCount; this.#next += 1) {
      const { partNumber } = list.at(this.#next)
      if (partNumber >= before) return
      this.#inspection.lose(this.manifest)
      await this.#inspection.findings.add('partMissing', { manifest: this.manifest, partNumber })
    }
  }

  async #checkListed({ manifest, record }: Part, size: number): Promise<void> {
    const facts = { manifest, partNumber: record.partNumber }
    if (record.size !== size) {
      const sizes = { expected: String(size), found: String(record.size) }
      await this.#inspection.findings.add('sizeWrong', { ...facts, ...sizes })
    }
    if (record.bytes.kind === 'blob') {
      await this.#blobs.add(manifest, { blob: record.bytes.blob, size: record.size, crc64: record.crc64 }, facts)
    } else if (!(await checkSlices(this.#inspection, record, facts))) this.#inspection.lose(manifest)
  }
}

/** Whether the slices of a part refer to bytes that their manifests have, and to as many as the part holds. */
export async function checkSlices(
  { metadata, findings }: Inspection,
  { bytes, size }: Part['record'],
  facts: Facts,
): Promise<boolean> {
  if (bytes.kind === 'blob') return true
  const manifests = await manifestsOf(metadata, [...new Set(bytes.slices.map(({ manifest }) => manifest))])
  const broken = bytes.slices.filter(
    ({ manifest, offset, length }) => offset + length > (manifests.get(manifest)?.size ?? -1),
  )
  for (const { manifest, reference, offset, length } of broken) {
    const found = String(manifests.get(manifest)?.size ?? 'no manifest')
    await findings.add('sliceBroken', {
      ...facts,
      found: `${manifest}: ${found}`,
      reference,
      expected: String(offset + length),
    })
  }
  const whole = bytes.slices.reduce((sum, { length }) => sum + length, 0)
  if (whole !== size) await findings.add('sizeWrong', { ...facts, expected: String(size), found: String(whole) })
  return broken.length === 0 && whole === size
}

/** Checks every holder row: one record or slice has its reference, and the other way round. */
export async function checkHolders(inspection: Inspection): Promise<void> {
  const { metadata, findings, holders, ids } = inspection
  for await (const { manifest, reference } of walk(metadata, holderRows, inspection.damaged)) {
    holders.found.add(holderToken(manifest, reference))
  }
  await compare({
    sums: holders,
    due: () => dueHolders(metadata),
    found: () => foundHolders(metadata),
    missing: ({ facts, manifest, reference }) =>
      findings.add('holderMissing', facts, {
        commit: (tx) => tx.set(holderRows.key({ manifest, reference }), new Uint8Array()),
      }),
    shared: ({ facts }) => findings.add('holderShared', facts),
    stray: async ({ manifest, reference }) => {
      const fix: Fix = {
        commit: (tx) => {
          tx.delete(holderRows.key({ manifest, reference }))
          discardManifest(ids, tx, manifest, { why: 'orphan' })
        },
      }
      await findings.add('holderStray', { manifest, reference }, findings.mayFree ? fix : undefined)
    },
  })
}

interface Holder {
  readonly token: string
  readonly manifest: string
  readonly reference: string
}

async function* dueHolders(metadata: MetadataStore): AsyncGenerator<Holder & { readonly facts: Facts }> {
  for await (const { row: _, record, ...names } of dataVersions(metadata)) {
    if (record.bytes.kind === 'blob') continue
    const { manifest, reference } = record
    yield { token: holderToken(manifest, reference), manifest, reference, facts: { ...names, manifest, reference } }
  }
  for await (const { manifest: own, record } of walk(metadata, partRows)) {
    if (record.bytes.kind === 'blob') continue
    for (const { manifest, reference } of record.bytes.slices) {
      const facts = { manifest: own, partNumber: record.partNumber, reference, expected: manifest }
      yield { token: holderToken(manifest, reference), manifest, reference, facts }
    }
  }
}

async function* foundHolders(metadata: MetadataStore): AsyncGenerator<Holder> {
  for await (const { manifest, reference } of walk(metadata, holderRows)) {
    yield { token: holderToken(manifest, reference), manifest, reference }
  }
}
