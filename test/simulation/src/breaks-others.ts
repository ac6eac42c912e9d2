/** Breaks of sequential uploads, auto-complete, lifecycle rules and callbacks. */
import type { Break } from './breaks.js'

const DOMAIN = 'service/dist/domain/'
const OPERATIONS = 'service/dist/operations/'

export const OTHER_BREAKS: readonly Break[] = [
  {
    invariant: 'sequential',
    name: 'the commit of a part does not check the sequence again',
    mode: 'together',
    theme: 'filling',
    seed: 3,
    file: `${DOMAIN}uploads/uploads.js`,
    find: 'await checkSequence(tx, upload, part.partNumber);',
    replace: '',
  },
  {
    invariant: 'sequential',
    name: 'the MD5 of a part does not continue that of the parts before it',
    mode: 'sequence',
    seed: 2,
    file: `${DOMAIN}uploads/uploads.js`,
    find: 'runningMd5: md5Before',
    replace: 'runningMd5: md5Before && new Uint8Array()',
  },
  {
    invariant: 'auto-complete',
    name: 'a copied part does not complete an upload',
    mode: 'sequence',
    seed: 5,
    file: `${OPERATIONS}multipart/upload-part-copy.js`,
    find: 'await completeIfWhole(domain, upload);',
    replace: '',
  },
  {
    invariant: 'auto-complete',
    name: 'the declared properties of an upload are not compared with its parts',
    mode: 'sequence',
    seed: 12,
    file: `${DOMAIN}uploads/auto-complete.js`,
    find: 'checkAsDeclared(when, parts);',
    replace: '{};',
  },
  {
    invariant: 'auto-complete',
    name: 'uploads that a dead process left whole are not completed',
    mode: 'mishaps',
    theme: 'filling',
    seed: 16,
    file: `${DOMAIN}uploads/auto-complete.js`,
    find: 'for (const upload of await this.#next())',
    replace: 'for (const upload of [])',
  },
  {
    invariant: 'lifecycle',
    name: 'a rule aborts an upload that is less than a day old',
    mode: 'sequence',
    seed: 3,
    file: `${DOMAIN}upkeep/apply-lifecycle.js`,
    find: 'now - initiatedAt >= days * DAY_MS',
    replace: 'true',
  },
  {
    invariant: 'lifecycle',
    name: 'a rule skips an upload',
    mode: 'sequence',
    seed: 7,
    file: `${DOMAIN}upkeep/apply-lifecycle.js`,
    find: '!isDue(rule, upload, domain.clock())',
    replace: 'upload.uploadId.charCodeAt(31) % 2 === 0 || !isDue(rule, upload, domain.clock())',
  },
  {
    invariant: 'callback',
    name: 'a repeated Complete makes its callback again',
    mode: 'sequence',
    seed: 29,
    file: `${DOMAIN}uploads/complete.js`,
    find: 'if (callbackFollows === true && found.callback === undefined) {',
    replace: `const again = await domain.metadata.read((reader) => readObject(reader, nameOf(completion)));
    if (callbackFollows === true && again?.manifest === uploadId) return { etag, crc64, object: again };
    if (false) {`,
  },
  {
    invariant: 'callback',
    name: 'the answer of the application is not kept for repeated requests',
    mode: 'sequence',
    seed: 10,
    file: `${OPERATIONS}multipart/complete-multipart-upload.js`,
    find: 'await answerReceipt(domain, uploadId, keepOutcome(outcome));',
    replace: '',
  },
  {
    invariant: 'callback',
    name: 'an application that rejects is treated as if it accepted',
    mode: 'sequence',
    seed: 1,
    file: 'service/dist/callback/outcome.js',
    find: 'if (status !== 200)',
    replace: 'if (false)',
  },
]
