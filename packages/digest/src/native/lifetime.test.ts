import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { test } from 'node:test'
import { loadNative } from './native.js'

const skip = loadNative() === undefined && 'the addon was not built'

/** Runs a program in a separate process, with the addon as `native`. */
function runProgram(body: string, environment: Record<string, string> = {}) {
  const program = `import { loadNative } from ${JSON.stringify(new URL('./native.js', import.meta.url).href)}
    const native = loadNative()
    ${body}`
  const { status, signal, stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', program], {
    encoding: 'utf8',
    env: { ...process.env, ...environment },
  })
  return { status, signal, stdout: stdout.trim(), stderr }
}

/** Many jobs, in streams and without, none of which is awaited. */
const WORK_UNDER_WAY = `
  const engine = native.createEngine()
  const bytes = new Uint8Array(new SharedArrayBuffer(1 << 20))
  for (let i = 0; i < 30; i++) {
    const stream = engine.begin()
    for (let j = 0; j < 30; j++) stream.update(bytes, undefined).catch(() => {})
  }`

test('a process that exits with jobs under way ends cleanly', { skip }, () => {
  for (let run = 0; run < 5; run++) {
    const { status, signal } = runProgram(`${WORK_UNDER_WAY}; setTimeout(() => process.exit(7), ${run})`)
    assert.deepEqual({ status, signal }, { status: 7, signal: null })
  }
})

test('a process that throws with jobs under way ends like any other', { skip }, () => {
  const { status, signal, stderr } = runProgram(
    `${WORK_UNDER_WAY}; setImmediate(() => { throw new Error('on purpose') })`,
  )
  assert.deepEqual({ status, signal }, { status: 1, signal: null })
  assert.match(stderr, /on purpose/)
})

test('workers have their own engines, and may be terminated with jobs under way', { skip }, () => {
  const { status, signal, stdout, stderr } = runProgram(`
    const { Worker } = await import('node:worker_threads')
    const source = ${JSON.stringify(`const native = (await import(process.env.NATIVE_MODULE)).loadNative(); ${WORK_UNDER_WAY}
      ;(await import('node:worker_threads')).parentPort.postMessage('busy')`)}
    process.env.NATIVE_MODULE = ${JSON.stringify(new URL('./native.js', import.meta.url).href)}
    const url = new URL('data:text/javascript,' + encodeURIComponent(source))
    const mine = native.createEngine()
    const stream = mine.begin()
    for (let run = 0; run < 4; run++) {
      const workers = [new Worker(url), new Worker(url)]
      await Promise.all(workers.map((worker) => new Promise((resolve, reject) => worker.once('message', resolve).once('error', reject))))
      await stream.update(new Uint8Array(100_000))
      await Promise.all(workers.map((worker) => worker.terminate()))
    }
    const { crc64 } = await stream.finish()
    console.log(crc64 === native.crc64(new Uint8Array(400_000)))`)
  assert.deepEqual({ status, signal, stdout }, { status: 0, signal: null, stdout: 'true' }, stderr)
})

test('jobs under way keep the process alive, an idle engine does not', { skip }, () => {
  const { status, stdout } = runProgram(`
    const stream = native.createEngine().begin()
    stream.update(new Uint8Array(50_000_000)).then(() => console.log('done'))`)
  assert.deepEqual({ status, stdout }, { status: 0, stdout: 'done' })
})

test('an engine that closes ends the digests that were to begin at the end of the turn', { skip }, () => {
  const { status, stdout, stderr } = runProgram(`
    const engine = native.createEngine()
    const digests = [engine.digest(new Uint8Array(100_000)), engine.digest(new Uint8Array(99_999))]
    const closed = engine.close()
    const [late, ...done] = await Promise.allSettled([engine.digest(new Uint8Array(1)), ...digests, closed])
    console.log(late.reason.message, done.map(({ status }) => status), (await digests[1]).crc64 === native.crc64(new Uint8Array(99_999)))`)
  const expected = "the engine is closed [ 'fulfilled', 'fulfilled', 'fulfilled' ] true"
  assert.deepEqual({ status, stdout }, { status: 0, stdout: expected }, stderr)
})

test('an engine that is never closed lasts until the end of the process', { skip }, () => {
  const { status, signal, stdout } = runProgram(`
    for (let i = 0; i < 10; i++) await native.createEngine().begin().update(new Uint8Array(1000))
    console.log('done')`)
  assert.deepEqual({ status, signal, stdout }, { status: 0, signal: null, stdout: 'done' })
})

test('BINDERY_NATIVE=off disables the addon', () => {
  assert.equal(runProgram('console.log(native === undefined)', { BINDERY_NATIVE: 'off' }).stdout, 'true')
})

/** Larger bodies on connections that once were full, in a process that has no descriptor left for a sender. */
const BODIES_WITHOUT_A_SENDER = `
  import { once } from 'node:events'
  import { openSync } from 'node:fs'
  import { connect, createServer } from 'node:net'
  const connections = native.openConnections()
  const server = createServer({ pauseOnConnect: true }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const body = Buffer.alloc(16_000_000, 7)
  const all = []
  for (let i = 0; i < 3; i++) {
    const accepted = once(server, 'connection')
    const client = connect(server.address().port, '127.0.0.1')
    const [socket] = await accepted
    const one = { client, owned: connections.adopt(socket._handle.fd), received: 0 }
    socket.destroy()
    one.owned.listener = { came: () => one.owned.send('', body), sent() {}, ended() {}, broken() {} }
    client.on('data', (bytes) => (one.received += bytes.length))
    all.push(one)
  }
  try {
    for (;;) openSync('/dev/null')
  } catch {}
  const receive = async (ones) => {
    for (const one of ones) one.received = 0
    for (const { client } of ones) client.write('x')
    while (ones.some(({ received }) => received < body.length)) await new Promise((resolve) => setTimeout(resolve, 2))
  }
  for (const one of all) await receive([one])
  for (let round = 0; round < 5; round++) await receive(all)
  console.log('received')
  process.exit()`

test('larger bodies of several connections are sent where the system has no descriptors left for their thread', {
  skip: skip || (loadNative()?.openConnections === undefined && 'this system has no connections of its own'),
}, () => {
  const program = `import { loadNative } from ${JSON.stringify(new URL('./native.js', import.meta.url).href)}
    const native = loadNative()
    ${BODIES_WITHOUT_A_SENDER}`
  const { stdout, stderr } = spawnSync(
    'sh',
    ['-c', 'ulimit -n 64; exec "$0" --input-type=module -e "$1"', process.execPath, program],
    { encoding: 'utf8', timeout: 30_000 },
  )
  assert.deepEqual({ stdout, stderr }, { stdout: 'received\n', stderr: '' })
})
