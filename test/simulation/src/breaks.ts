/**
 * Deliberate breaks of the invariants of ARCHITECTURE.md; each changes one place in a compiled file. The model or the
 * simulation must find every one. A break that no longer applies is a failure too.
 */

import type { Break } from './break.js'
import { CHANGE_BREAKS } from './breaks-changes.js'
import { OTHER_BREAKS } from './breaks-others.js'

const DOMAIN = 'service/dist/domain/'

export const BREAKS: readonly Break[] = [
  {
    invariant: 'D1',
    name: 'a delete is answered before its commit',
    mode: 'mishaps',
    seed: 1,
    file: `${DOMAIN}objects/objects.js`,
    find: 'const now = domain.clock();\n    return domain.metadata.transact(async (tx) => {\n        if (condition !== undefined)',
    replace: `const now = domain.clock();
    const { metadata } = domain;
    const transact = async (body) => {
        metadata.transact(body).catch(() => {});
        return { isMarker: false };
    };
    domain = { ...domain, metadata: { ...metadata, transact } };
    return domain.metadata.transact(async (tx) => {
        if (condition !== undefined)`,
  },
  {
    invariant: 'D2',
    name: 'a blob is deleted when its commit fails, even if a record names it',
    mode: 'mishaps',
    theme: 'completing',
    seed: 1,
    file: `${DOMAIN}bytes/blobs.js`,
    find: 'if (!(error instanceof StorageError))\n            await deleteUnnamed(domain, blob, owner);',
    replace: 'if (true)\n            await deleteUnnamed(domain, blob, owner);',
  },
  {
    invariant: 'D2',
    name: 'a process that was declared dead between sync and commit may still commit',
    mode: 'mishaps',
    theme: 'completing',
    seed: 38,
    file: `${DOMAIN}bytes/blobs.js`,
    find: 'if (row === undefined)\n            throw',
    replace: 'if (false)\n            throw',
  },
  {
    invariant: 'D2',
    name: 'a moved blob is treated as an orphan because its new record is not consulted',
    mode: 'mishaps',
    theme: 'copying',
    seed: 1,
    file: `${DOMAIN}objects/promote.js`,
    find: 'ownerRows.set(tx, { blob: bytes.blob }, partKey);',
    replace: '',
  },
  {
    invariant: 'D3',
    name: 'a read does not register its manifest and loses its bytes half-way',
    mode: 'together',
    theme: 'reading',
    seed: 3,
    file: `${DOMAIN}objects/open-object.js`,
    find: 'registered.uses(record.manifest);',
    replace: "registered.uses('');",
  },
  {
    invariant: 'D4',
    name: 'the sweeper does not check whether a manifest is in use',
    mode: 'together',
    theme: 'reading',
    seed: 3,
    file: `${DOMAIN}upkeep/sweeper.js`,
    find: 'await this.#domain.cluster.settled(signal)',
    replace: 'new Set()',
  },
  {
    invariant: 'D4',
    name: 'the sweeper checks only its own process and deletes under a reader of another',
    mode: 'freeing',
    seed: 1,
    file: `${DOMAIN}cluster/row-cluster.js`,
    find: 'return union(own, others);',
    replace: 'return new Set(own);',
  },
  {
    invariant: 'D4',
    name: 'the epoch is not raised, so that an earlier report counts',
    mode: 'freeing',
    seed: 1,
    file: `${DOMAIN}cluster/members.js`,
    find: 'tx.add(epochRows.key({}), epochCounter.deltas({ epoch: 1 }))',
    replace: 'undefined',
  },
  {
    invariant: 'D4',
    name: 'a process collects its reads before it reads the epoch',
    mode: 'freeing',
    seed: 8,
    file: `${DOMAIN}cluster/row-cluster.js`,
    find: `const [epoch = this.#seen] = await metadata.read((reader) => together(unlessDamaged(readEpoch(reader)), this.#requireMember(reader)));
        if (epoch !== this.#seen) {
            // After the epoch was read, never before: see above.
            const inUse = await this.reads.inUse();`,
    replace: `const inUse = await this.reads.inUse();
        const [epoch = this.#seen] = await metadata.read((reader) => together(unlessDamaged(readEpoch(reader)), this.#requireMember(reader)));
        if (epoch !== this.#seen) {`,
  },
  {
    invariant: 'D4',
    name: 'a report does not wait for reads that have not named their manifest',
    mode: 'freeing',
    seed: 5,
    file: `${DOMAIN}bytes/reads.js`,
    find: 'await Promise.all(decisions);',
    replace: '',
  },
  {
    invariant: 'D4',
    name: 'a read is not registered until it has found its object',
    mode: 'freeing',
    seed: 5,
    file: `${DOMAIN}bytes/reads.js`,
    find: 'this.#undecided.add(undecided);',
    replace: '',
  },
  {
    invariant: 'D4',
    name: 'a manifest is freed although a copy references it: delete of copy and original, in either order',
    mode: 'sequence',
    seed: 1,
    file: `${DOMAIN}upkeep/sweeper.js`,
    find: 'waiting, isReferenced, isThere:',
    replace: 'waiting, isReferenced: false, isThere:',
  },
  {
    invariant: 'D4',
    name: 'a copy has no reference row of its own',
    mode: 'sequence',
    seed: 1,
    file: `${DOMAIN}objects/copy-object.js`,
    find: 'holderRows.set(tx, record, undefined);',
    replace: ';',
  },
  {
    invariant: 'D4',
    name: 'a copy onto itself keeps the reference that it drops',
    mode: 'sequence',
    seed: 1,
    file: `${DOMAIN}objects/copy-object.js`,
    find: 'const reference = newId(domain);',
    replace: "const reference = '00000000000000000000000000000000';",
  },
  {
    invariant: 'D4',
    name: 'a replaced part is not garbage',
    mode: 'sequence',
    seed: 1,
    file: `${DOMAIN}uploads/uploads.js`,
    find: "discardPart(domain, tx, owner, old, 'replaced');",
    replace: ';',
  },
  {
    invariant: 'D4',
    name: 'unlisted parts are not garbage',
    mode: 'sequence',
    seed: 1,
    file: `${DOMAIN}uploads/complete.js`,
    find: "discardRows(domain, tx, uploadId, 'unlisted'",
    replace: "void (0, 'unlisted'",
  },
  {
    invariant: 'U1',
    name: 'a Complete reads its parts',
    mode: 'sequence',
    seed: 1,
    file: `${DOMAIN}uploads/complete.js`,
    find: 'const manifest = Manifest.of(parts);',
    replace: `const manifest = Manifest.of(parts);
    const { readParts } = await import('./testing.js');
    for (const { bytes } of await domain.metadata.read((reader) => readParts(reader, uploadId, 0, 1_000))) {
        if (bytes.kind === 'blob') for await (const lent of domain.blobs.read(bytes.blob)) lent.release();
    }`,
  },
  {
    invariant: 'U2',
    name: 'a part lands after the flip: the commit does not check the edition again',
    mode: 'together',
    theme: 'completing',
    seed: 5,
    file: `${DOMAIN}uploads/complete.js`,
    find: 'current.edition !== usage.edition',
    replace: 'current.edition < 0',
  },
  {
    invariant: 'U2',
    name: 'a part is stored whether its upload is open or not',
    mode: 'together',
    theme: 'completing',
    seed: 2,
    file: `${DOMAIN}uploads/uploads.js`,
    find: 'readUpload(tx, name), requireLiving',
    replace: '{ ...name, sequential: false }, requireLiving',
  },
  {
    invariant: 'U2',
    name: 'a concurrent write during the body of a transaction goes unnoticed',
    mode: 'together',
    theme: 'completing',
    seed: 9,
    file: 'storage/dist/memory-metadata-store.js',
    find: '!attempt.reads.holdsIn(stateOf(rows))',
    replace: 'false',
  },
  {
    invariant: 'U2',
    name: 'a Complete mistakes an upload that ends while it reads the parts for one without parts',
    mode: 'together',
    theme: 'completing',
    seed: 2,
    file: `${DOMAIN}uploads/complete.js`,
    find: 'const { upload, usage, stored } = await findUploadWhole(domain, completion);',
    replace: `const upload = await findUpload(domain, completion);
        const { usage, stored } = await findUploadWhole(domain, completion)
            .catch(() => ({ usage: { edition: -1 }, stored: new PartTable(0) }));`,
  },
  {
    invariant: 'U3',
    name: 'a receipt answers a Complete with another list',
    mode: 'sequence',
    seed: 7,
    file: `${DOMAIN}uploads/complete.js`,
    find: 'found.list !== list && found.exactList !== list',
    replace: 'false',
  },
  {
    invariant: 'U3',
    name: 'a Complete leaves no receipt',
    mode: 'sequence',
    seed: 6,
    file: `${DOMAIN}uploads/receipts.js`,
    find: 'receiptRows.set(tx, { uploadId }, receipt);',
    replace: '',
  },
  {
    invariant: 'U4',
    name: 'an Abort does not close its upload',
    mode: 'sequence',
    seed: 1,
    file: `${DOMAIN}uploads/uploads.js`,
    find: 'uploadRows.delete(tx, upload);',
    replace: '',
  },
  {
    invariant: 'U4',
    name: 'the parts of an aborted upload stay',
    mode: 'sequence',
    seed: 1,
    file: `${DOMAIN}uploads/uploads.js`,
    find: "discardRows(domain, tx, name.uploadId, 'aborted'",
    replace: "void (0, 'aborted'",
  },
  {
    invariant: 'U5',
    name: 'a Complete that must not overwrite still ends the upload',
    mode: 'sequence',
    seed: 9,
    file: `${DOMAIN}uploads/complete.js`,
    find: 'const made = putCurrent(domain, tx, standing, completion, record);',
    replace: `let made;
        try {
            made = putCurrent(domain, tx, standing, completion, record);
        } catch (error) {
            closeUpload(tx, completion, usage);
            return record;
        }`,
  },
  {
    invariant: 'U6',
    name: 'a page of parts does not report that more follow',
    mode: 'sequence',
    theme: 'listing',
    seed: 3,
    file: `${DOMAIN}uploads/uploads.js`,
    find: 'readPartRows(reader, name.uploadId, after, maxParts + 1)',
    replace: 'readPartRows(reader, name.uploadId, after, maxParts)',
  },
  {
    invariant: 'U6',
    name: 'the next page of uploads leaves out those of the marker’s key',
    mode: 'sequence',
    theme: 'listing',
    seed: 1,
    file: `${DOMAIN}uploads/listing.js`,
    find: 'return following(uploadRows.key({ bucket, key: keyMarker, uploadId: uploadIdMarker }));',
    replace: 'return uploadRows.rangeUnder({ bucket, key: keyMarker }).to;',
  },
  {
    invariant: 'U6',
    name: 'a group on an earlier page is listed again',
    mode: 'sequence',
    theme: 'listing',
    seed: 1,
    file: `${DOMAIN}objects/listing.js`,
    find: 'return skipsGroups || (wholeGroups && group === after) ? group : undefined',
    replace: 'return undefined',
  },
  {
    invariant: 'P4',
    name: 'a put loses against an object that was dated by a clock an hour ahead',
    mode: 'sequence',
    seed: 3,
    file: `${DOMAIN}objects/versions.js`,
    find: 'if (!isVersioned && forbidOverwrite && current !== undefined)',
    replace: `if (current !== undefined && current.modifiedAt > record.modifiedAt)
        return record;
    if (!isVersioned && forbidOverwrite && current !== undefined)`,
  },
  {
    invariant: 'counters',
    name: 'the bytes of incomplete uploads are not counted',
    mode: 'sequence',
    seed: 1,
    file: `${DOMAIN}stored/counters.js`,
    find: 'bucketCounters.deltas(change)',
    replace: 'bucketCounters.deltas({ ...change, partBytes: 0 })',
  },
  {
    invariant: 'counters',
    name: 'a replaced object is counted twice',
    mode: 'sequence',
    seed: 1,
    file: `${DOMAIN}objects/versions.js`,
    find: 'count(tx, name.bucket, { objects: [{ storageClass: record.storageClass, count: -1, bytes: -record.size }] });',
    replace: '',
  },
  ...OTHER_BREAKS,
  ...CHANGE_BREAKS,
]
