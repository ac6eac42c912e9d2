/** Breaks of sequential uploads, of those that complete themselves, of lifecycle rules and of callbacks. */
import type { Break } from './breaks.js'

const DOMAIN = 'service/dist/domain/'
const OPERATIONS = 'service/dist/operations/'

export const OTHER_BREAKS: readonly Break[] = [
  {
    invariant: 'sequential',
    name: 'the commit of a part does not look at the sequence again',
    mode: 'together',
    theme: 'filling',
    seed: 3,
    file: `${DOMAIN}uploads/uploads.js`,
    find: 'await checkSequence(tx, upload, part.partNumber);',
    replace: '',
  },
  {
    invariant: 'sequential',
    name: 'the bytes of a part are not hashed along',
    mode: 'sequence',
    seed: 2,
    file: `${DOMAIN}uploads/uploads.js`,
    find: 'md5.update(buffer.subarray(0, filled));',
    replace: '',
  },
  {
    invariant: 'auto-complete',
    name: 'a copied part completes no upload',
    mode: 'sequence',
    seed: 5,
    file: `${OPERATIONS}multipart/upload-part-copy.js`,
    find: 'await completeIfWhole(domain, upload);',
    replace: '',
  },
  {
    invariant: 'auto-complete',
    name: 'what was declared of an upload is not compared with the parts that it is made of',
    mode: 'sequence',
    seed: 12,
    file: `${DOMAIN}uploads/auto-complete.js`,
    find: 'checkAsDeclared(when, parts);',
    replace: '{};',
  },
  {
    invariant: 'auto-complete',
    name: 'nobody looks for what a process that died has left whole',
    mode: 'mishaps',
    theme: 'filling',
    seed: 16,
    file: `${DOMAIN}uploads/auto-complete.js`,
    find: 'for (const upload of await this.#next())',
    replace: 'for (const upload of [])',
  },
  {
    invariant: 'lifecycle',
    name: 'a rule aborts what is not a day old',
    mode: 'sequence',
    seed: 3,
    file: `${DOMAIN}upkeep/apply-lifecycle.js`,
    find: 'now - initiatedAt >= days * DAY_MS',
    replace: 'true',
  },
  {
    invariant: 'lifecycle',
    name: 'a rule passes over an upload',
    mode: 'sequence',
    seed: 7,
    file: `${DOMAIN}upkeep/apply-lifecycle.js`,
    find: '!isDue(rule, upload, domain.clock())',
    replace: 'upload.uploadId.charCodeAt(31) % 2 === 0 || !isDue(rule, upload, domain.clock())',
  },
  {
    invariant: 'callback',
    name: 'whoever repeats a Complete has its callback made again',
    mode: 'sequence',
    seed: 29,
    file: `${DOMAIN}uploads/complete.js`,
    find: 'if (callbackFollows === true && found.callback === undefined) {',
    replace: `const again = await domain.metadata.read((reader) => readObject(reader, completion.bucket, completion.key));
    if (callbackFollows === true && again?.manifest === uploadId) return { etag, crc64, object: again };
    if (false) {`,
  },
  {
    invariant: 'callback',
    name: 'what the application said is not kept for who asks again',
    mode: 'sequence',
    seed: 10,
    file: `${OPERATIONS}multipart/complete-multipart-upload.js`,
    find: 'await answerReceipt(domain, uploadId, keepOutcome(outcome));',
    replace: '',
  },
  {
    invariant: 'callback',
    name: 'an application that refuses is taken for one that agrees',
    mode: 'sequence',
    seed: 1,
    file: 'service/dist/callback/outcome.js',
    find: 'if (status !== 200)',
    replace: 'if (false)',
  },
]
