// What a server must hold, as far as its clients were told: the ledger of their requests and answers, replayed. Of what was
// asked for and not answered either state is right, until an audit has seen which of them it is.

import { etagOf } from './contents.mjs'

/**
 * @typedef {import('./contents.mjs').Slice[]} Content
 *
 * A part: what it may hold; null: it may be missing. `etags`: the ETag of each; null where only the answer could have told it.
 * @typedef {{ may: (Content | null)[], etags: (string | null)[] }} PartState
 * @typedef {{ key: string, parts: Record<number, PartState>, isOpen: boolean, mayBeOpen: boolean, completed: Content | null, end: string | null }} UploadState
 * @typedef {{ keys: Record<string, (Content | null)[]>, uploads: Record<string, UploadState>, begun: string[] }} World
 * keys: what each may hold. begun: keys of uploads whose Initiate was not answered.
 */

/** @returns {World} */
export function emptyWorld() {
  return { keys: {}, uploads: {}, begun: [] }
}

/**
 * Applies the lines of a ledger, in order: `{ n, ask }` before a request is sent, `{ n, answer }` when it was answered.
 * @param {World} world changed in place
 * @param {string} text the ledger; a last line may be torn
 * @returns {{ asked: number, acknowledged: number, unanswered: number }}
 */
export function replay(world, text) {
  const asked = new Map()
  const counts = { asked: 0, acknowledged: 0, unanswered: 0 }
  for (const line of text.split('\n')) {
    if (line === '') continue
    const { n, ask, answer } = JSON.parse(line)
    if (ask !== undefined) {
      asked.set(n, ask)
      counts.asked += 1
      APPLY[ask.op](world, ask, undefined)
    } else {
      APPLY[asked.get(n).op](world, asked.get(n), answer)
      asked.delete(n)
      counts.acknowledged += 1
    }
  }
  counts.unanswered = asked.size
  return counts
}

/** What each request changes: called without an answer when it is sent, and with one when it was acknowledged. */
const APPLY = {
  put: (world, { key, content }, answer) => setKey(world, key, content, answer),
  copy: (world, { key, content }, answer) => setKey(world, key, content, answer),
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
