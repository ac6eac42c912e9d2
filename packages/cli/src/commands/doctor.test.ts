import assert from 'node:assert/strict'
import { mkdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { test } from 'node:test'
import { newFolder } from '../../../../test/support/at-end.mjs'
import { bindery, binderyWith, send, start } from '../testing/support.js'

const RULE = (exposed: string) =>
  `<CORSConfiguration><CORSRule><AllowedOrigin>*</AllowedOrigin><AllowedMethod>PUT</AllowedMethod>${exposed}</CORSRule></CORSConfiguration>`

test('doctor checks address, disk, clock, both signatures, addressing and the CORS rules of a bucket', async (t) => {
  const folder = newFolder(t)
  const server = await start(t, folder)
  const kinds = async (...args: string[]) => {
    const { code, output } = await binderyWith({ XDG_STATE_HOME: folder }, 'doctor', folder, '--json', ...args)
    const lines = output.trimEnd().split('\n')
    return { code, found: lines.map((line) => JSON.parse(line)).map(({ verdict, kind }) => `${verdict} ${kind}`) }
  }
  const healthy = ['ok endpoint', 'ok ready', 'ok clock', 'ok signature', 'ok signature', 'ok pathStyle']
  assert.deepEqual(await kinds(), { code: 0, found: healthy })
  assert.deepEqual((await kinds('--bucket', 'demo')).found.at(-1), 'note corsAbsent')
  await send(server, 'PUT', '?cors', RULE(''))
  assert.deepEqual((await kinds('--bucket', 'demo')).found.at(-1), 'note corsHidesETag')
  await send(server, 'PUT', '?cors', RULE('<ExposeHeader>ETag</ExposeHeader>'))
  assert.deepEqual((await kinds('--bucket', 'demo')).found.at(-1), 'ok cors')
  assert.deepEqual((await kinds('--bucket', 'demo')).found.at(-2), 'ok region')
  assert.deepEqual((await kinds('--bucket', 'other')).found.at(-1), 'problem bucketMissing')
  const checkpoint = {
    v: 1,
    id: 'x',
    endpoint: server.endpoint,
    bucket: 'demo',
    key: 'k',
    uploadId: 'U',
    size: 1,
    partSize: 1,
  }
  const state = path.join(folder, 'bindery/transfers')
  await mkdir(state, { recursive: true })
  const rest = { fingerprint: 'f', parts: [], options: {}, createdAt: 1, updatedAt: 1 }
  await writeFile(path.join(state, 'x.json'), JSON.stringify({ ...checkpoint, ...rest }))
  assert.deepEqual((await kinds()).found.at(-1), 'note leftovers')

  const { code, output } = await bindery(
    'doctor',
    folder,
    '--endpoint',
    server.endpoint.replace('127.0.0.1', 'localhost'),
  )
  assert.equal(code, 0, output)
  assert.match(output, /^ok {7}the server answers at http:\/\/localhost/)
  await server.stop()
  const silent = await bindery('doctor', folder, '--endpoint', server.endpoint)
  assert.match(silent.output, /^problem {2}no Bindery answers at/)
  assert.equal(silent.code, 6)
})
