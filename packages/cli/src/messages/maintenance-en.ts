import { countText } from './count-text.js'
import { type MaintenanceSentences, sizeText, subjectOf } from './maintenance-words.js'

/** The texts of maintenance commands in English. */
export const ENGLISH_MAINTENANCE: MaintenanceSentences = {
  severity: { lost: 'lost ', wrong: 'wrong', left: 'left ' },
  subject: (facts) => {
    const subject = subjectOf(facts, { upload: 'upload', part: 'part' })
    return subject === '' ? '' : `${subject}: `
  },
  findings: {
    rowDamaged: ({ rowKind, blob, incarnation, row, found }) =>
      `${[rowKind, 'row', blob ?? incarnation].filter((word) => word !== undefined).join(' ')} is damaged (${found}); its key is ${row}`,
    rowUnknown: ({ row }) => `unknown kind of row; its key is ${row}`,
    bucketMissing: () => 'the bucket does not exist, but other records belong to it',
    documentBroken: ({ document }) => `its ${document} document is incomplete or cannot be decoded`,
    blobMissing: ({ blob }) => `its bytes are missing (blob ${blob})`,
    blobDamaged: ({ blob }) => `some of its bytes are damaged (blob ${blob})`,
    manifestMissing: ({ manifest }) => `the list of its parts is missing (manifest ${manifest})`,
    partMissing: ({ expected }) =>
      expected === undefined ? 'it is listed, but missing' : 'all of its parts are missing',
    sliceBroken: ({ found, expected }) => `it refers to bytes up to ${expected} of ${found}`,
    objectTouched: ({ manifest }) => `it contains lost bytes (manifest ${manifest})`,
    sizeWrong: ({ expected, found, blob }) =>
      `its recorded size is ${expected} bytes, but it has ${found}${blob === undefined ? '' : ` (blob ${blob})`}`,
    crc64Wrong: ({ expected, found }) => `its recorded CRC-64 is ${expected}, but its parts combine to ${found}`,
    holderMissing: () => 'the data that it names are not protected from being freed',
    holderShared: ({ reference }) => `it shares its reference ${reference} with another record`,
    ownerWrong: ({ blob }) => `its blob ${blob} is recorded as owned by another record`,
    usageWrong: ({ expected, found }) => `its counters are ${found} (parts, bytes), but should be ${expected}`,
    countersWrong: ({ expected, found }) => `its counters are [${found}], but should be [${expected}]`,
    nullVersionMissing: () => 'the place of its null version is not recorded',
    nullVersionStray: () => 'its recorded place of the null version holds no such version',
    identityBroken: ({ identityKind, identity }) =>
      `${identityKind} ${identity} names a policy, group or key that is missing, or is not known to one that it names`,
    identityCountersWrong: ({ account, expected, found }) =>
      `account ${account} counts ${found} (users, groups, roles, policies), but should count ${expected}`,
    identityStray: ({ accessKeyId, policy, group, identity, user }) =>
      accessKeyId === undefined
        ? `${identity ?? user} does not have ${policy ?? group}, although a row records it`
        : `access key ${accessKeyId} belongs to no user`,
    domainMissing: ({ domain }) => `the domain ${domain}, which it lists, does not lead to it`,
    entranceMissing: ({ entrance }) => `the name ${entrance} of an access point, which it lists, does not lead to it`,
    entranceStray: ({ entrance }) => `the name ${entrance} leads to it, and it lists no such access point`,
    domainStray: ({ domain }) => `the domain ${domain} leads to it, and it does not list that domain`,
    documentStray: ({ document }) => `a ${document} document that it does not list`,
    usageStray: () => 'counters of an upload that is not open',
    holderStray: ({ manifest }) => `a missing record still references manifest ${manifest}`,
    manifestStray: () => 'this manifest is unused and will not be freed by itself',
    partStray: ({ found }) => `${found} of its parts are unused and will not be freed by themselves`,
    ownerStray: ({ blob }) => `it is recorded as the owner of blob ${blob}, which it does not name`,
    blobStray: ({ blob, found }) => `blob ${blob} (${found} bytes) is unused and will not be freed by itself`,
  },
  repairedNote: '[repaired]',
  progress: ({ objects, uploads, parts, bytesNamed, blobs }) =>
    `${countText(objects, 'object')}, ${countText(uploads, 'upload')}, ${countText(parts, 'part')}, ${sizeText(bytesNamed)}; ${countText(blobs, 'blob')} listed`,
  checked: ({ objects, uploads, parts, blobs, bytes }, all) =>
    `Checked ${countText(objects, 'object')}, ${countText(uploads, 'open upload')}, ${countText(parts, 'part')} and ${countText(blobs, 'blob')} of ${sizeText(bytes)}${all ? ', all named bytes verified' : '; --bytes verifies the bytes too'}.`,
  waiting: (blobs) => `${countText(blobs, 'blob')} that nothing names will be freed when a server runs.`,
  verdict: ({ findings, repaired, lost }, repair) => {
    const all = Object.values(findings).reduce((sum, number) => sum + number, 0)
    if (all === 0) return 'No problems found.'
    const rest = all - repaired
    if (repaired > 0) return `${countText(all, 'finding')}, of which ${repaired} repaired; ${rest} remain.`
    const lostText =
      lost === 0
        ? ''
        : ` ${countText(lost, 'of them reports', 'of them report')} lost data: restore it from a backup or upload it again.`
    return `${countText(all, 'finding')}.${lostText} ${repair ? 'Nothing could be repaired.' : '--repair repairs what can be repaired.'}`
  },
  copying: ({ blobs, bytes }) => `Copied ${countText(blobs, 'blob')}, ${sizeText(bytes)}`,
  copied: ({ blobs, bytes, present }, target) =>
    `${target}: ${countText(blobs, 'blob')} of ${sizeText(bytes)}, of which ${present.toLocaleString('en')} were already present.`,
  copiedDamage: 'The copy is finished, but its source has problems: see above.',
  moving: (step, { rows, changed, blobs, bytes }) =>
    `${{ copy: 'Copying', last: 'Copying the rest', verify: 'Comparing' }[step]}: ${countText(rows, 'row')}, ${changed.toLocaleString('en')} written; ${countText(blobs, 'blob')}, ${sizeText(bytes)}`,
  moved: ({ from, to, copied, pausedMs }) =>
    `${from} → ${to}: ${countText(copied.rows, 'row')}, ${countText(copied.blobs, 'blob')} of ${sizeText(copied.bytes)} copied.${copied.damaged === 0 ? '' : ` ${countText(copied.damaged, 'row or blob is', 'rows or blobs are')} damaged in the source and left out.`}${pausedMs === undefined ? '' : ` The source accepts no more writes; that was ${(pausedMs / 1000).toFixed(1)} s ago.`}`,
  movedBack: (place) => `${place} accepts writes again. What was written elsewhere since is not in it.`,
  quarantined: (folder) => `Data removed from the store are kept in ${folder}.`,
  upgrade: {
    supported: (release, { format, layout }) =>
      `Bindery ${release} reads and writes format ${format}, layout ${layout}.`,
    outcome: {
      data: (folder) =>
        `${folder} has this format: a server starts on it as it is and converts nothing. Other releases with this format read it afterwards.`,
      backup: (folder) => `${folder} is a finished backup of this format: it can be restored as it is.`,
      new: (folder) => `${folder} is empty or does not exist: a server makes it a data folder of this format.`,
    },
    cluster: ({ place, version, supported, floor }) =>
      `${place} has version ${version} of the schema; this release needs ${supported}. ${floor === 0 ? 'Older releases may commit too.' : `Releases with version ${floor} or newer may commit.`}`,
    running: (endpoint) => `A server uses it now, at ${endpoint}. Stop it before another release starts.`,
  },
}
