// The requests of the guides: those of the extensions with their answers, and the commands of users and policies.

import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import OSS from 'ali-oss'
import { guideBlocks } from '../support/guide-blocks.mjs'
import { openServed, preambleOf } from './guides/place.mjs'

const CHUNK = 102_400

test('the requests of the extensions are answered as the guide shows', async (t) => {
  const { server, sh, js, client } = await openServed(t, ['--buckets', 'demo'])
  const demo = client('demo')
  const [commands, program, explain, explained, plan, planned, auto, events, heard, status, counted, run, ...others] =
    guideBlocks('extensions').map(({ code }) => code)
  assert.deepEqual(others, [])

  const begin = async (parts) => {
    const { uploadId } = await demo.initMultipartUpload('film.mp4')
    for (const [number, size] of parts) await demo.uploadPart('film.mp4', uploadId, number, randomBytes(size), 0, size)
    return uploadId
  }
  const id = await begin([[2, CHUNK], [3, CHUNK], [7, 3]]) // biome-ignore format: one line
  const send = async (text, uploadId = id) => {
    const [, method, target] = /^(\S+) (\S+)\n/.exec(text)
    const [place, query] = target.replace('uploadId=ID', `uploadId=${uploadId}`).split('?')
    const isServer = query.startsWith('x-oss-ext-status')
    const address = isServer ? 'oss://' : `oss://demo${place === '/' ? '' : place}`
    const [header] = /^[a-z-]+: .+$/m.exec(text) ?? []
    const sign = ['bindery', 'sign', `'${address}'`, '--method', method, '--query', `'${query}'`]
    if (header !== undefined) sign.push('--header', `'${header}'`)
    const url = (await sh(sign.join(' '))).trim()
    const headers = header === undefined ? {} : Object.fromEntries([header.split(': ')])
    const response = await fetch(url, { method, headers })
    assert.equal(response.status, 200, response.ok ? '' : await response.text())
    return response
  }
  const json = async (text, uploadId) => plain(await (await send(text, uploadId)).json())

  assert.deepEqual(await json(explain), plain(JSON.parse(explained)))
  const gappy = await begin([[1, CHUNK], [3, 5]]) // biome-ignore format: one line
  assert.deepEqual((await json(plan, gappy)).plan, JSON.parse(`{${planned}}`).plan)
  assert.match(await (await send(auto)).text(), /<UploadId>/)

  const stream = (await send(events)).body.pipeThrough(new TextDecoderStream()).getReader()
  const { uploadId } = await demo.initMultipartUpload('videos/a.mp4')
  await demo.uploadPart('videos/a.mp4', uploadId, 1, Buffer.alloc(8_388_608), 0, 8_388_608)
  let text = ''
  while (!text.includes('event: part\ndata')) text += (await stream.read()).value
  await stream.cancel()
  assert.deepEqual(messagesOf(text), messagesOf(heard).slice(0, 3))

  const figures = await json(status)
  assert.deepEqual(shapeOf(figures), shapeOf(JSON.parse(counted)))
  await setInventory(demo)
  await send(run)

  await js(`${preambleOf(server)}\nconst uploadId = '${id}'`, `${program}\nif (gaps[0].to !== 1) throw new Error()`)
  const [shown, watch, ...rest] = commands.split(/(?<!\\)\n/)
  assert.match(await sh(shown, { ID: id }), /"completable"/)
  assert.match(await sh(`${watch.replace('curl', 'curl --silent --max-time 2')} || [ $? = 28 ]`), /^: listening/)
  assert.match(await sh(rest.join('\n')), /"garbage".*<UploadId>/s)
})

/** An answer without what differs each time. */
function plain({ uploadId: _, initiated: __, lastActivity: ___, ...others }) {
  return others
}

/** The lines of events, without ids and times. */
function messagesOf(text) {
  const data = (line) => {
    const { uploadId: _, at: __, ...others } = JSON.parse(line.slice('data: '.length))
    return others
  }
  const lines = text.split('\n').filter((line) => /^(?:: listening|event|data)/.test(line))
  const pairs = lines.filter((line) => line.startsWith('event'))
  const documents = lines.filter((line) => line.startsWith('data')).map(data)
  return [lines[0], ...pairs.map((event, index) => [event, documents[index]])]
}

/** The names and types of a document. */
function shapeOf(value) {
  if (Array.isArray(value)) return value.slice(0, 1).map(shapeOf)
  if (typeof value !== 'object' || value === null) return typeof value
  const entries = Object.entries(value).filter(([name]) => name !== 'byKind')
  return Object.fromEntries(entries.map(([name, member]) => [name, shapeOf(member)]))
}

function setInventory(client) {
  return client.putBucketInventory('demo', {
    id: 'ID',
    isEnabled: false,
    frequency: 'Daily',
    includedObjectVersions: 'All',
    OSSBucketDestination: {
      format: 'CSV',
      accountId: '1000000000000001',
      rolename: 'AliyunOSSRole',
      bucket: 'demo',
      prefix: 'lists',
    },
    optionalFields: { field: ['Size'] },
  })
}

test('the commands of users and policies work in their order', async (t) => {
  const { cwd, server, client, sh, js } = await openServed(t, ['--buckets', 'media'])
  const [user, account, why, request, audit, role, session, point, delegate, rotate, program, raw, ...others] =
    guideBlocks('users').map(({ code }) => code)
  assert.deepEqual(others, [])
  await sh(user)
  const [team] = /\d{16}/.exec(await sh('bindery admin account create --display-name Other'))
  assert.match(await sh(account.replace('1234567890123456', team)), /Team/)

  assert.match(await sh(why), /Decision: Allow[\s\S]*Decision: Deny/)
  const key = JSON.parse(await sh('bindery admin key create uploader --json'))
  const { AccessKeyId, AccessKeySecret } = key.AccessKey
  const keys = { endpoint: server.endpoint, accessKeyId: AccessKeyId, accessKeySecret: AccessKeySecret }
  const refused = new OSS({ ...keys, region: `oss-${server.region}`, bucket: 'media', sldEnable: true })
  const { requestId } = await refused.put('other.txt', Buffer.from('x')).then(assert.fail, (error) => error)
  assert.match(await sh(request.replace('6A2F3C0D9B1E4F5A6B7C8D9E', requestId)), /uploader/)

  await sh('bindery admin policy list')
  assert.match(await sh(audit.replace('2026-01-05', '2020-01-01')), /CreateUser/)
  await sh(role)
  const imports = "import OSS from 'ali-oss'"
  const values = `const { accessKeyId, accessKeySecret } = ${JSON.stringify(keys)}`
  assert.match(await js(`${imports}\n${values}`, `${session}\nconsole.log(credentials.AccessKeyId)`), /^STS\./)

  const media = client('media')
  const put = (subres, content, headers = {}) =>
    media.request({ method: 'PUT', bucket: 'media', subres, content, headers, successStatuses: [200] })
  const named = '<AccessPointName>reports</AccessPointName><NetworkOrigin>internet</NetworkOrigin>'
  const configuration = 'CreateAccessPointConfiguration'
  await put({ accessPoint: '' }, `<${configuration}>${named}</${configuration}>`)
  await put({ accessPointPolicy: '' }, point, { 'x-oss-access-point-name': 'reports' })
  await media.putBucketPolicy('media', JSON.parse(delegate))

  await sh(`bindery admin key delete uploader ${AccessKeyId}`)
  const [old] = /\bBK[A-Z0-9]{22}\b/.exec(await sh('bindery admin key list uploader'))
  await sh(rotate.replaceAll('OLD_ID', old))

  writeFileSync(path.join(cwd, 'sign-admin.mjs'), program)
  const root = { OSS_ACCESS_KEY_ID: server.accessKeyId, OSS_ACCESS_KEY_SECRET: server.accessKeySecret }
  assert.match(await sh(raw, root), /alice/)
})
