// size: exempt (a table of declarations)
/** The key space: every kind of row of the metadata store. The page docs/formats/keyspace.md is generated from it. */
import type { Bytes } from '@bindery/storage'
import { emptyCodec, keyCodec } from './codec.js'
import { manifestCodec } from './manifest.js'
import { boundDomainCodec } from './records/bound-domain.js'
import { bucketCodec } from './records/bucket.js'
import { bucketCounters, epochCounter, usageCounters } from './records/counters.js'
import { documentCodec } from './records/document.js'
import { entranceCodec } from './records/entrance.js'
import { garbageCodec } from './records/garbage.js'
import { graveCodec } from './records/grave.js'
import { incarnationCodec } from './records/incarnation.js'
import { leaderCodec } from './records/leader.js'
import { logLinesCodec } from './records/log-lines.js'
import { objectCodec } from './records/object.js'
import { partCodec } from './records/part.js'
import {
  accessKeyCodec,
  accountCodec,
  identityCodec,
  keyUseCodec,
  nonceCodec,
  policyCodec,
  ramCounters,
} from './records/ram.js'
import { receiptCodec } from './records/receipt.js'
import { reportCodec } from './records/report.js'
import { trailCodec } from './records/trail.js'
import { autoCompleteCodec, uploadCodec } from './records/upload.js'
import { nullVersionCodec, versionCodec } from './records/version.js'
import { descending, id, type KeyNames, type LooseNames, number, type Space, space, text } from './space.js'
import { PLACE_BYTES } from './version-id.js'

/** Rows of a step: few where values may be as large as the engine allows, many where they are a few kilobytes at most. */
const FEW = 90
const MANY = 1_500

export const bucketRows = space({
  letter: 'b',
  kind: 'bucket',
  key: [text('bucket')],
  value: bucketCodec,
  rowsAtOnce: FEW,
  about: 'the bucket; every write transaction of the bucket reads it',
})

export const documentRows = space({
  letter: 'd',
  kind: 'document',
  key: [text('bucket'), text('document'), number('page', 1)],
  value: documentCodec,
  rowsAtOnce: FEW,
  about: "a slice of a document of the bucket's configuration",
})

export const boundDomainRows = space({
  letter: 'D',
  kind: 'boundDomain',
  key: [text('domain')],
  value: boundDomainCodec,
  rowsAtOnce: MANY,
  about: 'the bucket that a domain of a user is bound to, as the document `cname` of that bucket lists it',
})

export const entranceRows = space({
  letter: 'I',
  kind: 'entrance',
  key: [text('entrance')],
  value: entranceCodec,
  rowsAtOnce: MANY,
  about:
    'the access point that a name in place of a bucket leads to, as the document `accessPoint` of that bucket lists it',
})

export const objectRows = space({
  letter: 'o',
  kind: 'object',
  key: [text('bucket'), text('key')],
  value: objectCodec,
  rowsAtOnce: FEW,
  about: 'the current version of an object',
})

export const versionRows = space({
  letter: 'v',
  kind: 'version',
  key: [text('bucket'), text('key'), descending('place', PLACE_BYTES)],
  value: versionCodec,
  rowsAtOnce: FEW,
  about: 'a version of an object that is not current, or a delete marker; the newest first',
})

export const nullVersionRows = space({
  letter: 'n',
  kind: 'nullVersion',
  key: [text('bucket'), text('key')],
  value: nullVersionCodec,
  rowsAtOnce: MANY,
  about: 'the place of the null version among the versions that are not current',
})

export const uploadRows = space({
  letter: 'u',
  kind: 'upload',
  key: [text('bucket'), text('key'), text('uploadId')],
  value: uploadCodec,
  rowsAtOnce: FEW,
  about: 'an open upload, as it was initiated',
})

export const autoCompleteRows = space({
  letter: 'a',
  kind: 'autoComplete',
  key: [text('bucket'), text('key'), text('uploadId')],
  value: autoCompleteCodec,
  rowsAtOnce: FEW,
  about: 'an open upload that completes itself, and why it could not',
})

export const partRows = space({
  letter: 'p',
  kind: 'part',
  key: [id('manifest'), number('partNumber', 2)],
  value: partCodec,
  rowsAtOnce: MANY,
  about: 'one part; the id of an upload is the id of its manifest',
})

/** The greatest number that the key of a part's row has room for, less one: ranges may begin after it. */
export const PART_ROW_NUMBER_MAX = 0xfffe

/** The number in the key of a part's row: all that is needed of thousands of them. */
export const partNumberOf = (key: Bytes): number => ((key.at(-2) ?? 0) << 8) | (key.at(-1) ?? 0)

export const manifestRows = space({
  letter: 'm',
  kind: 'manifest',
  key: [id('manifest')],
  value: manifestCodec,
  rowsAtOnce: FEW,
  about: 'which parts an object has, in order, and where each starts',
})

export const usageRows = space({
  letter: 's',
  kind: 'usage',
  key: [id('uploadId')],
  value: usageCounters,
  rowsAtOnce: MANY,
  about: 'parts, bytes and edition of an upload',
})

export const holderRows = space({
  letter: 'h',
  kind: 'holder',
  key: [id('manifest'), id('reference')],
  value: emptyCodec,
  rowsAtOnce: MANY,
  about: 'the record or slice with this reference names the manifest',
})

export const ownerRows = space({
  letter: 'w',
  kind: 'owner',
  key: [text('blob')],
  value: keyCodec,
  rowsAtOnce: MANY,
  about: 'key of the record that names a blob, where that is not the key in its header',
})

export const receiptRows = space({
  letter: 'r',
  kind: 'receipt',
  key: [id('uploadId')],
  value: receiptCodec,
  rowsAtOnce: FEW,
  about: 'the answer of a Complete',
})

export const incarnationRows = space({
  letter: 'i',
  kind: 'incarnation',
  key: [text('incarnation')],
  value: incarnationCodec,
  rowsAtOnce: FEW,
  about: 'a process that serves the store, until it leaves or is declared dead; does not change meanwhile',
})

export const reportRows = space({
  letter: 'j',
  kind: 'report',
  key: [text('incarnation')],
  value: reportCodec,
  rowsAtOnce: FEW,
  about: 'the reads that run in such a process, as it has last reported them',
})

export const graveRows = space({
  letter: 'x',
  kind: 'grave',
  key: [text('incarnation')],
  value: graveCodec,
  rowsAtOnce: MANY,
  about: 'a process that has left or was declared dead, until its blobs have been searched for orphans',
})

export const epochRows = space<'epoch', never, { readonly epoch: number }>({
  letter: 'e',
  kind: 'epoch',
  key: [],
  value: epochCounter,
  rowsAtOnce: MANY,
  about: 'how often the sweeper has requested reports',
})

export const leaderRows = space({
  letter: 'q',
  kind: 'leader',
  key: [text('chore')],
  value: leaderCodec,
  rowsAtOnce: MANY,
  about: 'the process of a cluster that runs a background task',
})

export const garbageRows = space({
  letter: 'g',
  kind: 'garbage',
  key: [text('garbageKind'), text('garbageId'), text('token')],
  value: garbageCodec,
  rowsAtOnce: FEW,
  about: 'something that was unlinked, and is to be freed',
  reportedNames: ({ garbageKind, garbageId }) =>
    garbageKind === 'blob' ? { blob: garbageId } : { manifest: garbageId },
})

export const counterRows = space({
  letter: 'c',
  kind: 'counters',
  key: [text('bucket')],
  value: bucketCounters,
  rowsAtOnce: MANY,
  about: 'what the bucket holds',
})

export const logRows = space({
  letter: 'l',
  kind: 'log',
  key: [text('source'), number('hour', 4), id('token')],
  value: logLinesCodec,
  rowsAtOnce: FEW,
  about: 'lines of the access log of a bucket that are not yet in an object of its target',
})

// Capital letters: who may do what.

export const identityRows = space({
  letter: 'U',
  kind: 'identity',
  key: [text('account'), text('identityKind'), text('identity')],
  value: identityCodec,
  rowsAtOnce: FEW,
  about: 'a user, group or role, with its inline policies and the names of those that are attached',
})

export const policyRows = space({
  letter: 'P',
  kind: 'policy',
  key: [text('account'), text('policy')],
  value: policyCodec,
  rowsAtOnce: FEW,
  about: 'a policy that can be attached',
})

export const attachmentRows = space({
  letter: 'A',
  kind: 'attachment',
  key: [text('account'), text('policy'), text('identityKind'), text('identity')],
  value: emptyCodec,
  rowsAtOnce: MANY,
  about: 'the policy is attached to this user, group or role',
})

export const memberRows = space({
  letter: 'M',
  kind: 'member',
  key: [text('account'), text('group'), text('user')],
  value: emptyCodec,
  rowsAtOnce: MANY,
  about: 'the user is a member of the group',
})

export const accessKeyRows = space({
  letter: 'K',
  kind: 'accessKey',
  key: [text('accessKeyId')],
  value: accessKeyCodec,
  rowsAtOnce: MANY,
  about: 'the access key of a user or of an account, its secret sealed',
})

export const keyUseRows = space({
  letter: 'L',
  kind: 'keyUse',
  key: [text('accessKeyId')],
  value: keyUseCodec,
  rowsAtOnce: MANY,
  about: 'when the access key was last used, to the hour',
})

export const ramRows = space({
  letter: 'E',
  kind: 'ram',
  key: [text('account')],
  value: ramCounters,
  rowsAtOnce: MANY,
  about: "the edition of an account's users, groups, roles, policies, keys and new buckets, and how many there are",
})

export const accountRows = space({
  letter: 'O',
  kind: 'account',
  key: [text('account')],
  value: accountCodec,
  rowsAtOnce: MANY,
  about: 'an account besides the one that administers the server, with the ids of its own keys',
})

export const nonceRows = space({
  letter: 'N',
  kind: 'nonce',
  key: [number('signedAt', 6), id('nonce')],
  value: nonceCodec,
  rowsAtOnce: MANY,
  about: 'the nonce of a signed call at this time, a hash: the call is not accepted again',
})

export const trailRows = space({
  letter: 'T',
  kind: 'trail',
  key: [text('account'), descending('at', 6), id('entry')],
  value: trailCodec,
  rowsAtOnce: FEW,
  about: 'a control action that concerned the account, the newest first',
})

/** All spaces. */
export const SPACES = [
  bucketRows,
  documentRows,
  boundDomainRows,
  entranceRows,
  objectRows,
  versionRows,
  nullVersionRows,
  uploadRows,
  autoCompleteRows,
  partRows,
  manifestRows,
  usageRows,
  holderRows,
  ownerRows,
  receiptRows,
  incarnationRows,
  reportRows,
  graveRows,
  epochRows,
  leaderRows,
  garbageRows,
  counterRows,
  logRows,
  identityRows,
  policyRows,
  attachmentRows,
  memberRows,
  accessKeyRows,
  keyUseRows,
  ramRows,
  accountRows,
  nonceRows,
  trailRows,
] as const

/** The kinds of rows. */
export type RowKind = (typeof SPACES)[number]['kind']

const BY_LETTER: ReadonlyMap<number, Space> = new Map(
  SPACES.map((item) => [item.declaration.letter.charCodeAt(0), item as Space]),
)

/** The space that a key belongs to; undefined for an unknown letter. */
export const spaceOf = (key: Bytes): Space | undefined => BY_LETTER.get(key[0] ?? 0)

/** A stored key in words: the kind of its row, absent where no space has it, and the names that it holds. */
export interface RowNames extends Partial<LooseNames<keyof KeyNames>> {
  readonly rowKind?: RowKind
}

/** Reads a key as far as it can be understood: any bytes may be one. */
export function rowNamesOf(key: Bytes): RowNames {
  const found = spaceOf(key)
  return found === undefined ? {} : { rowKind: found.kind as RowKind, ...namesIn(key) }
}

/** The names that a key holds, whatever it is of. */
export function namesIn(key: Bytes): Partial<KeyNames> {
  const found = spaceOf(key)
  if (found === undefined) return {}
  const names = found.namesOf(key)
  return found.declaration.reportedNames?.(names) ?? names
}
