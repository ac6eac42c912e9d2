import { type MaintenanceSentences, placeOf, sizeText } from './maintenance-words.js'

const count = (number: number, one: string, many = `${one}s`): string =>
  `${number.toLocaleString('en')} ${number === 1 ? one : many}`

export const ENGLISH_MAINTENANCE: MaintenanceSentences = {
  severity: { lost: 'lost ', wrong: 'wrong', left: 'left ' },
  place: (facts) => {
    const place = placeOf(facts, { upload: 'upload', part: 'part' })
    return place === '' ? '' : `${place}: `
  },
  findings: {
    rowDamaged: ({ rowKind, blob, incarnation, row, found }) =>
      `${[rowKind, 'row', blob ?? incarnation].filter((word) => word !== undefined).join(' ')} is damaged (${found}); its key is ${row}`,
    rowUnknown: ({ row }) => `a stored row is of no known kind; its key is ${row}`,
    bucketMissing: () => 'there is no such bucket, but something belongs to it',
    documentBroken: ({ document }) => `its ${document} document is not whole or cannot be understood`,
    blobMissing: ({ blob }) => `its bytes are not there (blob ${blob})`,
    blobDamaged: ({ blob }) => `some of its bytes are damaged (blob ${blob})`,
    manifestMissing: ({ manifest }) => `the list of its parts is not there (manifest ${manifest})`,
    partMissing: ({ expected }) =>
      expected === undefined ? 'it is listed, but not there' : 'none of its parts is there',
    sliceBroken: ({ found, expected }) => `it names bytes up to ${expected} of ${found}`,
    objectTouched: ({ manifest }) => `it shows bytes that were lost (manifest ${manifest})`,
    sizeWrong: ({ expected, found, blob }) =>
      `its size is said to be ${expected}, but is ${found} bytes${blob === undefined ? '' : ` (blob ${blob})`}`,
    crc64Wrong: ({ expected, found }) => `its CRC-64 is said to be ${expected}, but its parts make ${found}`,
    holderMissing: () => 'nothing keeps what it names from being freed',
    holderShared: ({ reference }) => `it shares its reference ${reference} with another record`,
    ownerWrong: ({ blob }) => `its blob ${blob} is said to be of another record`,
    usageWrong: ({ expected, found }) => `it counts ${found} (parts, bytes), but has ${expected}`,
    countersWrong: ({ expected, found }) => `it counts [${found}], but has [${expected}]`,
    documentStray: ({ document }) => `a ${document} document that it does not list`,
    usageStray: () => 'counters of an upload that is not open',
    holderStray: ({ manifest }) => `something that is not there holds manifest ${manifest}`,
    manifestStray: () => 'nothing holds this manifest, and nothing would free it',
    partStray: ({ found }) => `${found} of its parts are listed by nothing, and nothing would free them`,
    ownerStray: ({ blob }) => `an owner is kept of blob ${blob}, which it does not name`,
    blobStray: ({ blob, found }) => `nothing names blob ${blob} (${found} bytes), and nothing would free it`,
  },
  repairedNote: '[repaired]',
  progress: ({ objects, uploads, parts, bytesNamed, blobs }) =>
    `${count(objects, 'object')}, ${count(uploads, 'upload')}, ${count(parts, 'part')}, ${sizeText(bytesNamed)}; ${count(blobs, 'blob')} listed`,
  checked: ({ objects, uploads, parts, blobs, bytes }, all) =>
    `Checked ${count(objects, 'object')}, ${count(uploads, 'open upload')}, ${count(parts, 'part')} and ${count(blobs, 'blob')} of ${sizeText(bytes)}${all ? ', all bytes of what is named' : '; --bytes reads the bytes too'}.`,
  waiting: (blobs) => `${count(blobs, 'blob')} that nothing names will be freed when a server runs.`,
  verdict: ({ findings, repaired, lost }) => {
    const all = Object.values(findings).reduce((sum, number) => sum + number, 0)
    if (all === 0) return 'Nothing is wrong.'
    const rest = all - repaired
    if (repaired > 0) return `${count(all, 'finding')}, of which ${repaired} repaired; ${rest} remain.`
    return `${count(all, 'finding')}; ${lost} of them say that something is lost. --repair puts right what can be.`
  },
  copying: ({ blobs, bytes }) => `Copied ${count(blobs, 'blob')}, ${sizeText(bytes)}`,
  copied: ({ blobs, bytes, present }, target) =>
    `${target}: ${count(blobs, 'blob')} of ${sizeText(bytes)}, of which ${present.toLocaleString('en')} were there before.`,
  copiedDamage: 'The copy is finished, but what it was made of is not well: see above.',
  quarantined: (folder) => `What was taken out of the store is kept in ${folder}.`,
}
