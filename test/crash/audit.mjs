// Reads everything that a restarted server holds, compares it with the acknowledged results of its clients, and
// resolves what was uncertain.

import { rawClient } from './clients.mjs'
import { bytesOf, encryptionOf } from './contents.mjs'
import { auditVersions } from './versions.mjs'

/**
 * @param {{ endpoint: string, accessKeyId: string, accessKeySecret: string }} server
 * @param {import('./world.mjs').World} world resolved in place: afterwards each item has one state
 * @param {(below: number) => number} chance
 * @returns {Promise<{ faults: string[], bytes: number }>} one sentence per fault
 */
export async function auditServer(server, world, chance) {
  const client = rawClient(server)
  const audit = new Audit(client, world)
  try {
    await audit.keys()
    await audit.uploads()
    await audit.completeSome(chance)
    return { faults: [...audit.faults, ...(await auditVersions(server, world))], bytes: audit.bytes }
  } finally {
    client.agent.destroy()
  }
}

class Audit {
  constructor(client, world) {
    this.client = client
    this.world = world
    this.faults = []
    this.bytes = 0
  }

  async keys() {
    const listed = await this.client.keys()
    const names = new Set([...listed, ...Object.keys(this.world.keys)])
    if (listed.length !== new Set(listed).size) this.faults.push('an object is listed twice')
    for (const key of names) await this.key(key, listed.includes(key))
  }

  async key(key, isListed) {
    const may = this.world.keys[key] ?? [null]
    const read = await this.client.read(key).catch((error) => {
      if (error.status === 404) return undefined
      throw error
    })
    const found = read?.bytes
    if (read !== undefined && read.algorithm !== encryptionOf(key)) {
      this.faults.push(`${key} is encrypted by ${read.algorithm}, and was to be by ${encryptionOf(key)}`)
    }
    if ((found !== undefined) !== isListed)
      this.faults.push(`${key} is listed: ${isListed}, and can be read: ${!isListed}`)
    this.bytes += found?.length ?? 0
    const match = may.find((content) => (content === null ? found === undefined : found?.equals(bytesOf(content))))
    if (match === undefined) {
      const state = found === undefined ? 'does not exist' : `has ${found.length} bytes that it never had`
      this.faults.push(`${key} ${state}; it may be ${JSON.stringify(may)}`)
      return
    }
    this.world.keys[key] = [match]
  }

  async uploads() {
    const listed = new Set(await this.client.uploads())
    for (const [uploadId, upload] of Object.entries(this.world.uploads)) {
      const isOpen = listed.delete(uploadId)
      this.state(uploadId, upload, isOpen)
      if (isOpen) await this.parts(uploadId, upload)
      else delete this.world.uploads[uploadId]
    }
    for (const uploadId of listed) {
      if (this.world.begun.length === 0) this.faults.push(`no client started the upload ${uploadId}`)
    }
    for (const key of this.world.begun) {
      for (const uploadId of listed) await this.client.abort(key, uploadId).catch(() => {})
    }
    this.world.begun = []
  }

  /** An upload exists or not, and if a Complete ended it, its object exists. */
  state(uploadId, upload, isOpen) {
    if (upload.isOpen && !isOpen) this.faults.push(`the upload ${uploadId} is gone`)
    if (!upload.mayBeOpen && isOpen) this.faults.push(`the upload ${uploadId} still exists after its ${upload.end}`)
    if (upload.end === 'complete' && upload.mayBeOpen) {
      const [content] = this.world.keys[upload.key]
      const isObject = JSON.stringify(content) === JSON.stringify(upload.completed)
      if (isObject === isOpen) this.faults.push(`the upload ${uploadId} is half completed`)
    }
    upload.isOpen = isOpen
    upload.mayBeOpen = isOpen
    upload.completed = null
    upload.end = null
  }

  async parts(uploadId, upload) {
    const listed = new Map((await this.client.parts(upload.key, uploadId)).map(({ number, etag }) => [number, etag]))
    for (const number of listed.keys()) {
      if (upload.parts[number] === undefined) this.faults.push(`no client sent part ${number} of ${uploadId}`)
    }
    for (const [number, part] of Object.entries(upload.parts)) {
      const etag = listed.get(Number(number))
      const at = part.may.findIndex((content, index) => isPart(content, part.etags[index], etag))
      if (at === -1) this.faults.push(`part ${number} of ${uploadId} is ${etag}; it may be ${JSON.stringify(part)}`)
      else if (etag === undefined) delete upload.parts[number]
      else upload.parts[number] = { may: [part.may[at]], etags: [etag] }
    }
  }

  /** Completes some uploads: only an object shows the bytes of its parts. */
  async completeSome(chance) {
    for (const [uploadId, { key, parts }] of Object.entries(this.world.uploads)) {
      const numbers = Object.keys(parts).map(Number)
      if (numbers.length === 0 || chance(2) === 0) continue
      const content = numbers.flatMap((number) => parts[number].may[0])
      await this.client.complete(
        key,
        uploadId,
        numbers.map((number) => ({ number, etag: parts[number].etags[0] })),
      )
      delete this.world.uploads[uploadId]
      this.world.keys[key] = [content]
      await this.key(key, true)
    }
  }
}

function isPart(content, acknowledged, etag) {
  if (content === null || etag === undefined) return content === null && etag === undefined
  return acknowledged === null || etag === acknowledged
}
