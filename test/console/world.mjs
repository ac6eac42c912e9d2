// A server with something to see on every page of the console.

import { createHash, randomUUID } from 'node:crypto'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, before } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { deflateSync } from 'node:zlib'
import OSS from 'ali-oss'
import { signedHeaders } from '../../packages/console/dist/wire/sign.js'
import { startServer } from '../support/start-server.mjs'
import { startBrowser } from './browser.mjs'
import { PAGES, UPLOAD } from './pages.mjs'

const MIB = 1024 * 1024

const KIB = 1024

/** A picture with a gradient, as PNG. */
function png(width, height) {
  const rows = Buffer.alloc((3 * width + 1) * height)
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      const at = y * (3 * width + 1) + 1 + 3 * x
      rows.set([40 + (150 * x) / width, 90 + (120 * y) / height, 200], at)
    }
  }
  const head = Buffer.alloc(13)
  head.writeUInt32BE(width, 0)
  head.writeUInt32BE(height, 4)
  head.set([8, 2], 8)
  const chunk = (type, data) => {
    const body = Buffer.concat([Buffer.from(type), data])
    const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)]
    length.writeUInt32BE(data.length)
    sum.writeUInt32BE(crc32(body))
    return Buffer.concat([length, body, sum])
  }
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])
  const chunks = [chunk('IHDR', head), chunk('IDAT', deflateSync(rows)), chunk('IEND', Buffer.alloc(0))]
  return Buffer.concat([signature, ...chunks])
}

function crc32(bytes) {
  let sum = ~0
  for (const byte of bytes) {
    sum ^= byte
    for (let bit = 0; bit < 8; bit += 1) sum = (sum >>> 1) ^ (0xedb88320 & -(sum & 1))
  }
  return ~sum >>> 0
}

/** Starts a server with buckets and objects. */
export async function startWorld() {
  const server = await startServer({ args: ['--buckets', 'demo,film-archive,logs'] })
  const { endpoint, region, accessKeyId, accessKeySecret } = server
  const client = new OSS({
    ...{ endpoint, region: `oss-${region}`, accessKeyId, accessKeySecret },
    ...{ bucket: 'demo', authorizationV4: true, sldEnable: true },
  })
  await fillDemo(client)
  await fillLogs(client)
  const uploadId = await beginUploads(client)
  await createUser(server)
  await addInventory(server)
  await addSettings(server)
  await client.putBucketLifecycle('demo', [
    { id: 'abort-uploads', prefix: 'in/', status: 'Enabled', abortMultipartUpload: { days: 7 } },
  ])
  await client.putBucketPolicy('logs', {
    Version: '1',
    Statement: [
      { Effect: 'Allow', Principal: ['*'], Action: ['oss:GetObject'], Resource: ['acs:oss:*:*:logs/public/*'] },
    ],
  })
  client.useBucket('demo')
  const upload = `#/buckets/film-archive/upload?key=2026%2Finterview.mov&id=${uploadId}`
  const pages = PAGES.map((page) => (page.address === UPLOAD ? { ...page, address: upload } : page))
  const folder = await mkdtemp(path.join(tmpdir(), 'bindery-world-'))
  const files = [path.join(folder, 'film.mov'), path.join(folder, 'notes.txt')]
  await writeFile(files[0], Buffer.alloc(30 * MIB, 1))
  await writeFile(files[1], 'notes')
  const photos = path.join(folder, 'photos')
  await mkdir(photos)
  for (let index = 1; index <= 24; index += 1)
    await writeFile(path.join(photos, `${index}.jpg`), Buffer.alloc(256 * KIB, index))
  const stop = async () => {
    await server.stop()
    await rm(folder, { recursive: true })
  }
  return { server, client, pages, files, photos, stop, refuseSignature: () => refuseSignature(server) }
}

async function fillDemo(client) {
  await client.put('readme.txt', Buffer.from('Hello from Bindery\n'), {
    headers: { 'x-oss-tagging': 'team=docs&stage=draft', 'x-oss-meta-author': 'alice' },
    mime: 'text/plain; charset=utf-8',
  })
  await client.put('photos/square.png', png(480, 320), { mime: 'image/png' })
  await client.put('photos/2026/spring.txt', Buffer.from('spring'))
  await client.put('会议记录.md', Buffer.from('# 会议记录\n'))
  await client.put(
    'a very long name of an object with many words about its contents, its author and its time.txt',
    Buffer.from('x'),
  )
  await client.append('events.log', Buffer.from('one\n'))
  await client.multipartUpload('video/film.mp4', Buffer.alloc(700 * KIB, 7), { partSize: 100 * KIB, mime: 'video/mp4' })
}

async function fillLogs(client) {
  client.useBucket('logs')
  await client.putBucketVersioning('logs', 'Enabled')
  for (const text of ['one', 'two', 'three']) await client.put('app.log', Buffer.from(text))
  await client.put('gone.log', Buffer.from('gone'))
  await client.delete('gone.log')
}

/** Uploads that were left, one of them with gaps. Returns its id. */
async function beginUploads(client) {
  client.useBucket('film-archive')
  const begin = async (key, parts) => {
    const { uploadId } = await client.initMultipartUpload(key)
    for (const part of parts) {
      await client.uploadPart(key, uploadId, part, Buffer.alloc(100 * KIB, part), 0, 100 * KIB)
    }
    return uploadId
  }
  await begin('2026/summer.mov', [1, 2])
  await begin('drafts/teaser.mp4', [1])
  const parts = Array.from({ length: 34 }, (_, index) => index + 1).filter((part) => part < 12 || part > 17)
  return begin('2026/interview.mov', [...parts, 40])
}

/** A request whose signature does not match. */
async function refuseSignature({ endpoint, region, accessKeyId }) {
  const client = new OSS({
    ...{ endpoint, region: `oss-${region}`, accessKeyId, accessKeySecret: 'wrong' },
    ...{ bucket: 'demo', authorizationV4: true, sldEnable: true, retryMax: 0 },
  })
  await client.put('reports/2026.csv', Buffer.from('year,number')).catch(() => {})
}

/** A report about `demo`, as the console adds them. */
async function addInventory(server) {
  const body =
    '<InventoryConfiguration><Id>weekly</Id><IsEnabled>true</IsEnabled><Filter><Prefix>photos/</Prefix></Filter>' +
    '<Destination><OSSBucketDestination><Format>CSV</Format><AccountId>1</AccountId><RoleArn>acs:ram::1:role/r</RoleArn>' +
    '<Bucket>acs:oss:::logs</Bucket><Prefix>reports/</Prefix></OSSBucketDestination></Destination>' +
    '<Schedule><Frequency>Weekly</Frequency></Schedule><IncludedObjectVersions>Current</IncludedObjectVersions></InventoryConfiguration>'
  await putDocument(server, { inventory: '', inventoryId: 'weekly' }, body)
}

/** An image style of `demo`, and limits of a requester. */
async function addSettings(server) {
  const style = '<Style><Content>image/resize,m_fill,w_200,h_200</Content></Style>'
  await putDocument(server, { style: '', styleName: 'thumbnail' }, style)
  const limits =
    '<QoSConfiguration><TotalDownloadBandwidth>1</TotalDownloadBandwidth><TotalQps>500</TotalQps></QoSConfiguration>'
  await putDocument(server, { requesterQosInfo: '', qosRequester: '2000000000000002' }, limits)
}

async function putDocument({ endpoint, region, accessKeyId, accessKeySecret }, query, body) {
  const headers = { 'content-type': 'application/xml' }
  const signed = signedHeaders(
    { method: 'PUT', bucket: 'demo', query, headers },
    { accessKeyId, accessKeySecret },
    { region, time: Date.now() },
  )
  const address = `${endpoint}/demo/?${new URLSearchParams(query)}`
  const response = await fetch(address, { method: 'PUT', headers: signed, body })
  if (!response.ok) throw new Error(await response.text())
}

/** Waits for the next second: the dates of keys are whole seconds. */
export async function nextSecond() {
  const now = Date.now()
  while (Math.floor(Date.now() / 1_000) === Math.floor(now / 1_000)) await sleep(20)
}

/** A user with a key and policies, its group, and a role. */
async function createUser(server) {
  const { accessKeyId, accessKeySecret, endpoint, region } = server
  const admin = async (operation, input) => {
    const body = JSON.stringify(input)
    const key = `admin/v1/${operation}`
    const headers = { 'content-type': 'application/json', 'x-oss-nonce': randomUUID() }
    const payload = createHash('sha256').update(body).digest('hex')
    const signed = signedHeaders(
      { method: 'POST', bucket: '-', key, query: {}, headers },
      { accessKeyId, accessKeySecret },
      { region, time: Date.now(), payload },
    )
    const response = await fetch(`${endpoint}/-/${key}`, { method: 'POST', headers: signed, body })
    if (!response.ok) throw new Error(await response.text())
  }
  const UserName = 'scanner'
  await admin('CreateUser', { UserName, Comments: 'The scanner on the second floor' })
  await admin('CreateAccessKey', { UserName })
  await nextSecond()
  await admin('CreateAccessKey', { UserName })
  const statement = { Effect: 'Allow', Action: ['oss:PutObject'], Resource: 'acs:oss:*:*:demo/scans/*' }
  const PolicyDocument = { Version: '1', Statement: [statement] }
  await admin('PutUserPolicy', { UserName, PolicyName: 'uploads', PolicyDocument })
  await admin('CreateGroup', { GroupName: 'readers', Comments: 'Everyone in the reading room' })
  await admin('AddUserToGroup', { GroupName: 'readers', UserName })
  const reads = { Effect: 'Allow', Action: ['oss:GetObject'], Resource: 'acs:oss:*:*:demo/papers/*' }
  const PolicyName = 'papers-read'
  await admin('CreatePolicy', { PolicyName, PolicyDocument: { Version: '1', Statement: [reads] } })
  await admin('AttachPolicyToGroup', { GroupName: 'readers', PolicyName })
  const trusts = { Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { RAM: ['acs:ram::1000000000000000:root'] } }
  const AssumeRolePolicyDocument = { Version: '1', Statement: [trusts] }
  await admin('CreateRole', { RoleName: 'backup', AssumeRolePolicyDocument })
}

/** Starts a world and a browser before the tests of a file, and stops both after them. The members `world`, `browser` and `axe` exist from then on. */
export function useWorld() {
  const used = {}
  before(async () => {
    used.world = await startWorld()
    Object.assign(used, await startBrowser())
  })
  after(async () => {
    await used.browser?.close()
    await used.world?.stop()
  })
  return used
}
