import assert from 'node:assert/strict'
import { test } from 'node:test'
import { loadNative } from '@bindery/digest'
import { OSS_NOTATION, operations, type PrintRows, s3Dialect, s3Operations } from '@bindery/protocol'
import { packRows, type Random, type Row, textBytes } from '@bindery/storage'
import { seededRandom } from '@bindery/storage/testing'
import { type ListedObject, ListedObjects } from '../../domain/objects/listed-object.js'
import { ownerOf, shownRestore, shownTransition } from '../describe.js'
import { PrintedObjects, type Printing } from './printed-objects.js'

const printRows = loadNative()?.printRows
const skip = printRows === undefined && 'the addon was not built'

/** Rows begin with as many bytes before the name. */
const NAME_AT = 5
const NOW = Date.UTC(2026, 10, 1)
const OBJECTS = 400

/** Everything that a document needs besides its entries. */
const PAGE = { name: 'bucket', prefix: '', marker: '', maxKeys: 1000, delimiter: '', isTruncated: false }
const WHOLE = { ...PAGE, commonPrefixes: [{ prefix: 'a/' }], keyCount: 1 }

type Shown = Pick<ListedObject, 'key' | 'record'>

/** The page of these rows in one of the forms in which pages are requested. */
function pageOf(rows: readonly Row[], form: (typeof FORMS)[number], prints: PrintRows | undefined): string {
  const shown = ({ key, record }: Shown) => ({
    key,
    lastModified: record.modifiedAt,
    etag: (form.showsDigests ? record.digestETag : undefined) ?? record.etag,
    type: record.type,
    size: record.size,
    storageClass: record.storageClass,
    restoreInfo: shownRestore(record, NOW),
    transitionTime: shownTransition(record),
    owner: form.showsOwner ? ownerOf(record.owner) : undefined,
  })
  const objects = new ListedObjects([packRows(rows, true)], NAME_AT)
  const printing: Printing<ReturnType<typeof shown>> = { printRows: prints, showsDigests: form.showsDigests, shown }
  const contents = new PrintedObjects(objects, printing)
  const { result, notation, encodingType } = form
  return Buffer.from(result.encode({ ...WHOLE, encodingType, contents } as never, notation)).toString('latin1')
}

const DOCUMENTS = [
  { document: operations.ListObjects, notation: OSS_NOTATION, owners: [true] },
  { document: operations.ListObjectsV2, notation: OSS_NOTATION, owners: [true, false] },
  { document: s3Operations.ListObjects, notation: s3Dialect, owners: [true] },
  { document: s3Operations.ListObjectsV2, notation: s3Dialect, owners: [true, false] },
]

const FORMS = DOCUMENTS.flatMap(({ document, notation, owners }) => {
  const { result } = document
  assert.ok(result !== undefined && result !== 'bytes')
  return owners.flatMap((showsOwner) =>
    ([undefined, 'url'] as const).map((encodingType) => ({
      result,
      notation,
      showsOwner,
      encodingType,
      showsDigests: notation === s3Dialect,
    })),
  )
})

/** The text or the error of a page. */
function outcomeOf(make: () => string): string {
  try {
    return make()
  } catch (error) {
    return String(error)
  }
}

/** Compares the pages of rows in these forms with those that are printed one by one. */
function compare(rows: readonly Row[], about: string, forms = FORMS): void {
  for (const form of forms) {
    const expected = outcomeOf(() => pageOf(rows, form, undefined))
    assert.equal(
      outcomeOf(() => pageOf(rows, form, printRows)),
      expected,
      about,
    )
  }
}

const rowOf = (name: string | Uint8Array, value: Uint8Array): Row => ({
  key: Buffer.concat([Buffer.alloc(NAME_AT, 7), Buffer.from(name as string)]),
  value,
})

const storedAs = (record: object, carried = ''): Uint8Array =>
  textBytes(`\u0001${JSON.stringify(record)}${carried === '' ? '' : `\0${carried}`}`)

/** Names that need each kind of escaping, and some that need none. */
const CHARACTERS = [
  ...'abcXYZ019-_.~/ &<>"\'\\%+\t\n\r\u0000\u0001\u000b\u001f\u007f\u0080é目\ufffd\ufffe\uffff\u{1f600}\ue000',
]

const pick = <T>(random: Random, values: readonly T[]): T => values[random.below(values.length)] as T

const nameOf = (random: Random): string =>
  Array.from({ length: random.below(random.below(8) === 0 ? 300 : 20) }, () => pick(random, CHARACTERS)).join('')

function recordOf(random: Random): object {
  const rarely = <T>(value: T): T | undefined => (random.below(12) === 0 ? value : undefined)
  const times = [
    0, 999, 1000, 951_782_400_000, 1_709_164_800_000, 4_107_542_399_999, 253_402_300_799_999, 253_402_300_800_000,
  ]
  const members = Object.entries({
    bytes: { kind: 'blob', blob: pick(random, ['AB/12', 'x"y', '}]{[,:']) },
    type: pick(random, ['Normal', 'Normal', 'Multipart', 'Appendable', 'Symlink']),
    owner: pick(random, ['1000', '1000', 'probe/<key>', 'a&b', 'Ö\ufffe']),
    size: pick(random, [0, 1, 344_606, Number.MAX_SAFE_INTEGER, 999_999_999_999_999, -1, 1.5, 1e21]),
    etag: pick(random, ['5B3C1A2E053D763E1B002CC607C5A0FE', '0F-3', '', '<&>', 'É', 'a"b']),
    modifiedAt: rarely(-1) ?? pick(random, [...times, random.below(2 ** 31) * 1000 + random.below(1000)]),
    storageClass: pick(random, ['Standard', 'Standard', 'IA', 'Archive', 'ColdArchive']),
    digestETag: rarely(pick(random, ['ABCDEF-2', null, '&'])),
    restore: rarely({ copy: 'x', requestedAt: NOW - 1000, readyAt: NOW - 10, expiresAt: NOW + 1e6, days: 2 }),
    movedAt: rarely(NOW),
    headers: rarely({ contentType: 'text/plain; charset="utf-8"' }) ?? {},
    userMetadata: rarely({ note: '目'.repeat(random.below(2_000)), type: 'none' }) ?? {},
    tagging: rarely([['type', 'x']]) ?? [],
    crc64: '123',
  })
  if (random.below(3) === 0) members.sort(() => random.below(3) - 1)
  return Object.fromEntries(members)
}

test('a page that native code prints is the page that is printed object by object, in all forms and both dialects', {
  skip,
}, (t) => {
  const random = seededRandom(t)
  const rows = Array.from({ length: OBJECTS }, () =>
    rowOf(
      nameOf(random),
      storedAs(recordOf(random), random.below(4) === 0 ? 'carried "bytes'.repeat(random.below(800)) : ''),
    ),
  )
  const [form] = FORMS as [(typeof FORMS)[number]]
  const canBeShown = (row: Row): boolean => outcomeOf(() => pageOf([row], form, undefined)).startsWith('<?xml')
  for (const row of rows) compare([row, row], 'twice the same row', [pick(random, FORMS)])
  compare(rows.filter(canBeShown), 'all rows')
})

const USUAL = {
  type: 'Normal',
  owner: '1000',
  size: 1,
  etag: 'AB',
  modifiedAt: NOW,
  storageClass: 'Standard',
  headers: { contentType: 'image/jpeg', other: 'é' },
}

test('a damaged row whose checksum is right is shown, or fails the page, as one by one', {
  skip,
}, (t) => {
  const random = seededRandom(t)
  for (let round = 0; round < 3_000; round += 1) {
    const usual = storedAs(USUAL)
    const value = Buffer.from(random.below(2) === 0 ? usual : storedAs(recordOf(random)))
    for (let change = random.below(3); change >= 0; change -= 1) {
      const byte = random.below(2) === 0 ? random.below(256) : pick(random, [...Buffer.from('"{}[],:\\0\u0000\u0001')])
      value[random.below(value.length)] = byte
    }
    const cut = random.below(4) === 0 ? value.subarray(0, random.below(value.length)) : value
    const name = Buffer.from(nameOf(random))
    if (random.below(4) === 0 && name.length > 0) name[random.below(name.length)] = random.below(256)
    // the first row is printed one by one, and makes the template of the others
    compare([rowOf('first', usual), rowOf(name, cut)], `round ${round}`, [pick(random, FORMS)])
  }
})

test('objects of one kind are printed by native code but for the first, those of up to eight kinds too', {
  skip,
}, () => {
  const record = { owner: '1', size: 1, etag: 'AB', modifiedAt: NOW, storageClass: 'Standard' }
  for (const kinds of [1, 8]) {
    const rows = Array.from({ length: 1_000 }, (_, index) =>
      rowOf(`key/${index}`, storedAs({ ...record, type: 'Normal', owner: String(index % kinds) })),
    )
    let looked = 0
    const shown = ({ key, record: { modifiedAt: lastModified, ...shown } }: Shown) => {
      looked += 1
      return {
        ...shown,
        key,
        lastModified,
        restoreInfo: undefined,
        transitionTime: undefined,
        owner: ownerOf(shown.owner),
      }
    }
    const objects = new ListedObjects([packRows(rows, true)], NAME_AT)
    const contents = new PrintedObjects(objects, { printRows, showsDigests: false, shown })
    const { result } = operations.ListObjects
    assert.ok(result !== undefined && result !== 'bytes')
    const page = Buffer.from(result.encode({ ...WHOLE, contents } as never)).toString()
    assert.equal(page.match(/<Contents><Key>key\/\d+<\/Key>/g)?.length, 1_000)
    // each kind once, and once more for its template
    assert.equal(looked, 2 * kinds)
    compare(rows, `${kinds} kinds`)
  }
})
