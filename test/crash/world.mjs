// The state that a server must hold according to its clients: the replayed ledger of their requests and answers. A
// request that was not answered allows two states, until an audit has determined which one holds.

import { etagOf } from './contents.mjs'
import { VERSION_EFFECTS } from './versions.mjs'

/**
 * @typedef {import('./contents.mjs').Slice[]} Content
 *
 * A part: `may`: its possible contents; null: it may be missing. `etags`: the ETag of each; null if only the lost
 * answer held it.
 * @typedef {{ may: (Content | null)[], etags: (string | null)[] }} PartState
 * @typedef {{ key: string, parts: Record<number, PartState>, isOpen: boolean, mayBeOpen: boolean, completed: Content | null, end: string | null }} UploadState
 * @typedef {{ keys: Record<string, (Content | null)[]>, uploads: Record<string, UploadState>, begun: string[], versions: Record<string, import('./versions.mjs').VersionState>, maybeKept: { key: string, content: Content | null }[] }} World keys: the possible contents of each. begun: keys of uploads whose Initiate was not answered. versions: by their ids. maybeKept: versions whose request was not answered.
 */

/** @returns {World} */
export function emptyWorld() {
  return { keys: {}, uploads: {}, begun: [], versions: {}, maybeKept: [] }
}

/**
 * Applies the lines of a ledger in order: `{ n, request }` before a request is sent, `{ n, answer }` when it was answered.
 * @param {World} world changed in place
 * @param {string} text the ledger; its last line may be torn
 * @returns {{ requests: number, acknowledged: number, unanswered: number }}
 */
export function replay(world, text) {
  const requests = new Map()
  const counts = { requests: 0, acknowledged: 0, unanswered: 0 }
  for (const line of text.split('\n')) {
    if (line === '') continue
    const { n, request, answer } = JSON.parse(line)
    if (request !== undefined) {
      requests.set(n, request)
      counts.requests += 1
      APPLY[request.op](world, request, undefined)
    } else {
      APPLY[requests.get(n).op](world, requests.get(n), answer)
      requests.delete(n)
      counts.acknowledged += 1
    }
  }
  counts.unanswered = requests.size
  return counts
}

/** The effect of each request: called without an answer when it is sent, and with one when it is acknowledged. */
const APPLY = {
  ...VERSION_EFFECTS,
  put: (world, { key, content }, answer) => setKey(world, key, content, answer),
  copy: (world, { key, content }, answer) => setKey(world, key, content, answer),
  append: (world, { key, content }, answer) => setKey(world, key, content, answer),
  remove: (world, { key }, answer) => setKey(world, key, null, answer),
  initiate(world, { key }, answer) {
    if (answer === undefined) world.begun.push(key)
    else {
      world.begun.splice(world.begun.indexOf(key), 1)
      world.uploads[answer.uploadId] = {
        key,
        parts: {},
        isOpen: true,
        mayBeOpen: true,
        completed: null,
        end: null,
      }
    }
  },
  part: setPart,
  copyPart: setPart,
  complete(world, { uploadId, key, content }, answer) {
    const upload = world.uploads[uploadId]
    setKey(world, key, content, answer)
    upload.completed = content
    end(upload, 'complete', answer)
  },
  abort(world, { uploadId }, answer) {
    end(world.uploads[uploadId], 'abort', answer)
  },
}

function setKey(world, key, content, answer) {
  world.keys[key] = answer === undefined ? [...(world.keys[key] ?? [null]), content] : [content]
}

function setPart(world, { op, uploadId, number, content }, answer) {
  const part = world.uploads[uploadId].parts[number] ?? { may: [null], etags: [null] }
  if (answer === undefined) {
    part.may.push(content)
    part.etags.push(op === 'part' ? etagOf(content) : null)
  } else {
    part.may = [content]
    part.etags = [answer.etag]
  }
  world.uploads[uploadId].parts[number] = part
}

function end(upload, how, answer) {
  upload.isOpen = false
  upload.end = how
  if (answer !== undefined) upload.mayBeOpen = false
}
