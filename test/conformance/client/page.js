// A page of another origin that uploads with the client library. The tests call its functions.

import { createClient, droppedFiles, indexedDbStore } from '@bindery/client/browser'
import { createUploader } from '@bindery/client/upload'

const PART = 256 * 1024

const json = async (path, body) => (await fetch(path, body && { method: 'POST', body: JSON.stringify(body) })).json()
const chosen = () => document.getElementById('file').files[0]

/** A record for the tests to read. */
const seen = { keys: [], running: 0, overlaps: 0, states: [], committed: [], traces: [], hashedInWorker: 0 }

globalThis.Worker = class extends Worker {
  constructor(program) {
    super(program)
    this.addEventListener('message', ({ data }) => {
      if (data.checksum !== undefined) seen.hashedInWorker += 1
    })
  }
}

async function credentials({ reason }) {
  seen.keys.push(reason)
  seen.running += 1
  if (seen.running > 1) seen.overlaps += 1
  const { refused, lifeMs, ...key } = await json('/key')
  seen.running -= 1
  if (refused) return { ...key, accessKeyId: 'an-old-one' }
  return { ...key, expiration: Date.now() + lifeMs }
}

let client
let task

const options = (key, more) => ({ key, partSize: PART, multipartThreshold: 1, ...more })

async function connect() {
  if (client !== undefined) return
  const { endpoint, bucket } = await json('/settings')
  client = createClient({ endpoint, bucket, auth: { credentials }, onRequest: (trace) => seen.traces.push(trace) })
}

/** Begins to upload the chosen file, and resolves when this many parts have arrived. */
async function begin(key, parts, more = {}) {
  await connect()
  seen.traces.length = 0
  task = client.upload(chosen(), options(key, more))
  task.on('state', ({ to }) => seen.states.push(to))
  task.on('progress', ({ committed }) => seen.committed.push(committed))
  await new Promise((resolve, reject) => {
    task.on('progress', (progress) => progress.parts.done >= parts && resolve())
    task.result.catch(reject)
  })
  return task.progress
}

async function outcome() {
  const { size, parts, reusedParts, crc64 } = await task.result
  return { size, parts, reusedParts, crc64 }
}

async function pauseAndWait() {
  await task.pause()
  const requests = seen.traces.length
  await new Promise((resolve) => setTimeout(resolve, 200))
  return { state: task.state, sentMeanwhile: seen.traces.length - requests, parts: task.checkpoint.parts.length }
}

function go() {
  task.setBandwidth(0)
  task.resume()
}

async function remembered() {
  const keys = []
  for await (const { key, parts } of indexedDbStore().list()) keys.push([key, parts.length])
  return keys
}

/** Without a key: the application signs each batch. */
async function uploadSigned(key) {
  const { endpoint, bucket } = await json('/settings')
  const batches = []
  const signer = (targets) => {
    batches.push(targets.length)
    return json('/sign', targets)
  }
  const uploader = createUploader({ endpoint, bucket, auth: { signer } })
  const { size, parts } = await uploader.upload(chosen(), options(key, { parallel: 8 })).result
  return { size, parts, most: Math.max(...batches), calls: batches.length }
}

/** A file of the page's own folder, of which browsers give lasting handles without a dialog. */
async function handleOf(name) {
  const folder = await navigator.storage.getDirectory()
  const handle = await folder.getFileHandle(name, { create: true })
  if ((await handle.getFile()).size === 0) {
    const writable = await handle.createWritable()
    await writable.write(await chosen().arrayBuffer())
    await writable.close()
  }
  return handle
}

/** Begins to upload by a handle, and resolves when this many parts have arrived. */
async function beginByHandle(key, parts, more) {
  await connect()
  task = client.upload(await handleOf('film.bin'), options(key, more))
  await new Promise((resolve) => task.on('progress', (progress) => progress.parts.done >= parts && resolve()))
}

/** Restores what an earlier page has left, and finishes it. */
async function restoreAll() {
  await connect()
  const queue = client.queue()
  const restored = await queue.restore()
  queue.resumeAll()
  const results = await Promise.all(restored.map(({ task }) => task.result))
  return results.map(({ key, reusedParts }, index) => ({ key, reusedParts, needsSource: restored[index].needsSource }))
}

/** Uploads everything that is dropped on the page next. */
function awaitDrop(prefix) {
  window.dropped = new Promise((resolve, reject) => {
    document.addEventListener('dragover', (event) => event.preventDefault())
    document.addEventListener('drop', (event) => {
      event.preventDefault()
      const reading = droppedFiles(event.dataTransfer)
      connect()
        .then(async () => {
          const queue = client.queue({ keepAwake: true, warnOnUnload: true })
          const tasks = queue.addFiles(await reading, { prefix })
          const results = await Promise.all(tasks.map(({ result }) => result))
          return results.map(({ key }) => key)
        })
        .then(resolve, reject)
    })
  })
}

Object.assign(window, {
  seen,
  task: () => task,
  begin,
  outcome,
  pauseAndWait,
  go,
  remembered,
  uploadSigned,
  beginByHandle,
  restoreAll,
  awaitDrop,
})
