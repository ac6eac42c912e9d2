// A server with something to see on every page of the console, and the list of those pages.

import { createHash, randomUUID } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { deflateSync } from 'node:zlib'
import OSS from 'ali-oss'
import { signedHeaders } from '../../packages/console/dist/wire/sign.js'
import { startServer } from '../support/start-server.mjs'

const MIB = 1024 * 1024
const UPLOAD = '#/buckets/film-archive/first-upload'

/**
 * Pages by their address. `ready` is a selector that exists once a page has loaded; `prepare` opens something on it; one that
 * `reloads` leaves something that only a reload ends.
 * @type {readonly { name: string, address: string, ready: string, reloads?: boolean, prepare?: (page: object, world: object) => Promise<void> }[]}
 */
const PAGES = [
  { name: 'overview', address: '#/', ready: '.notice.warn' },
  { name: 'access', address: '#/access', ready: 'section p >> nth=1' },
  {
    name: 'create-user',
    address: '#/access',
    ready: 'tbody tr',
    prepare: async (page) => {
      await page.click('.page > header .button.primary')
      await page.waitForSelector('dialog[open] select >> nth=1')
    },
  },
  { name: 'user', address: '#/access?user=scanner', ready: 'details summary' },
  {
    name: 'rotation',
    address: '#/access?user=scanner',
    ready: 'summary >> text=BK',
    prepare: async (page) => {
      await page.locator('summary:has-text("BK")').click()
      await page.fill('section form input[type=text]', 'scans/1.png')
      await page.click('section form:has(> .pairs) > .row .button')
      await page.waitForSelector('[role=status] .notice')
    },
  },
  { name: 'policies', address: '#/access?tab=policy', ready: 'tbody tr' },
  {
    name: 'create-role',
    address: '#/access?tab=role',
    ready: 'tbody tr',
    prepare: async (page) => {
      await page.click('.page > header .button.primary')
      await page.waitForSelector('dialog[open] textarea')
    },
  },
  { name: 'role', address: '#/access?role=backup', ready: 'textarea' },
  { name: 'group', address: '#/access?group=readers', ready: 'section a >> text="scanner"' },
  { name: 'policy', address: '#/access?policy=papers-read', ready: 'section a >> text="readers"' },
  { name: 'requests', address: '#/activity', ready: 'tbody tr' },
  {
    name: 'refused-request',
    address: '#/activity',
    ready: 'tbody tr',
    prepare: async (page) => {
      await page.fill('.toolbar input', 'SignatureDoesNotMatch')
      await page.waitForSelector('tbody >> text=403 SignatureDoesNotMatch')
      await page.focus('table[role=grid]')
      await page.keyboard.press('Home')
      await page.keyboard.press('Enter')
      await page.waitForSelector('dialog[open] pre.block >> nth=1')
    },
  },
  { name: 'actions', address: '#/activity?tab=actions', ready: 'tbody tr' },
  { name: 'why', address: '#/activity?tab=why', ready: 'form' },
  { name: 'metrics', address: '#/metrics', ready: 'tbody tr' },
  { name: 'settings', address: '#/settings', ready: 'dl.facts' },
  { name: 'server', address: '#/settings?tab=server', ready: 'section >> nth=3' },
  { name: 'configuration', address: '#/settings?tab=configuration', ready: 'tbody tr' },
  {
    name: 'licences',
    address: '#/settings?tab=licences',
    ready: 'section summary >> text=preact',
    prepare: (page) => page.click('section summary >> text=preact'),
  },
  { name: 'bucket-access', address: '#/buckets/demo/settings', ready: 'select' },
  { name: 'lifecycle', address: '#/buckets/demo/settings?document=lifecycle', ready: 'textarea' },
  { name: 'website', address: '#/buckets/demo/settings?document=website', ready: 'form select' },
  {
    name: 'cors',
    address: '#/buckets/demo/settings?document=cors',
    ready: 'form .button',
    prepare: async (page) => {
      await page.locator('section form .button').first().click()
      await page.waitForSelector('fieldset textarea')
    },
  },
  { name: 'bucket-policy', address: '#/buckets/logs/settings?document=policy', ready: 'tbody tr' },
  { name: 'bucket-tags', address: '#/buckets/demo/settings?document=tagging', ready: 'section form .button' },
  { name: 'retention', address: '#/buckets/demo/settings?document=retention', ready: 'section form' },
  { name: 'inventories', address: '#/buckets/demo/settings?document=inventories', ready: 'tbody tr' },
  { name: 'replication', address: '#/buckets/demo/settings?document=replication', ready: 'section .notice + p' },
  {
    name: 'palette',
    address: '#/buckets',
    ready: 'tbody tr',
    prepare: async (page) => {
      await page.keyboard.press('Control+k')
      await page.waitForSelector('dialog .palette button >> nth=9')
    },
  },
  {
    name: 'keys',
    address: '#/buckets',
    ready: 'tbody tr',
    prepare: async (page) => {
      await page.keyboard.press('?')
      await page.waitForSelector('dialog[open] kbd')
    },
  },
  { name: 'buckets', address: '#/buckets', ready: 'tbody tr' },
  {
    name: 'create-bucket',
    address: '#/buckets',
    ready: 'tbody tr',
    prepare: async (page) => {
      await page.click('header .button.primary')
      await page.waitForSelector('dialog[open]')
      await page.click('dialog summary')
    },
  },
  { name: 'objects', address: '#/buckets/demo', ready: 'tbody tr[aria-selected]' },
  {
    name: 'object-actions',
    address: '#/buckets/demo',
    ready: 'tbody tr[aria-selected]',
    prepare: async (page) => {
      await page.locator('tbody button[aria-haspopup]').first().click()
      await page.waitForSelector('dialog[open] .menu')
    },
  },
  {
    name: 'copy-object',
    address: '#/buckets/demo/object?key=readme.txt',
    ready: 'dl.facts',
    prepare: async (page) => {
      await page.click('.page > header .button:nth-child(2)')
      await page.waitForSelector('dialog[open] select')
    },
  },
  { name: 'folder', address: '#/buckets/demo?prefix=photos%2F', ready: 'tbody tr[aria-selected]' },
  { name: 'versions', address: '#/buckets/logs?versions=yes', ready: 'tbody tr[aria-selected]' },
  {
    name: 'delete-objects',
    address: '#/buckets/demo',
    ready: 'tbody tr[aria-selected]',
    prepare: async (page) => {
      for (const box of await page.locator('tbody input[type=checkbox]').all()) await box.check()
      await page.click('.toolbar .button.danger')
      await page.waitForSelector('dialog[open]')
    },
  },
  { name: 'empty-bucket', address: '#/buckets/film-archive', ready: '.empty' },
  { name: 'object', address: '#/buckets/demo/object?key=video%2Ffilm.mp4', ready: 'dl.facts' },
  { name: 'preview-text', address: '#/buckets/demo/object?key=readme.txt&tab=preview', ready: 'pre.content' },
  {
    name: 'object-parts',
    address: '#/buckets/demo/object?key=video%2Ffilm.mp4&tab=manifest',
    ready: 'tbody tr',
    prepare: async (page) => {
      await page.click('section .button.primary')
      await page.waitForSelector('.notice.good')
    },
  },
  {
    name: 'preview-image',
    address: '#/buckets/demo/object?key=photos%2Fsquare.png&tab=preview',
    ready: '.preview img',
  },
  { name: 'object-tags', address: '#/buckets/demo/object?key=readme.txt&tab=tags', ready: 'select' },
  { name: 'object-versions', address: '#/buckets/logs/object?key=app.log&tab=versions', ready: 'tbody tr' },
  { name: 'uploads', address: '#/uploads', ready: 'tbody td >> text=KiB' },
  { name: 'bucket-uploads', address: '#/buckets/film-archive/uploads', ready: 'tbody td >> text=KiB' },
  {
    name: 'abort-upload',
    address: '#/buckets/film-archive/uploads',
    ready: 'tbody td >> text=KiB',
    prepare: async (page) => {
      await page.click('thead input[type=checkbox]')
      await page.click('.toolbar .button.danger')
      await page.waitForSelector('dialog[open] >> text=3.1 MiB')
    },
  },
  { name: 'upload', address: UPLOAD, ready: 'canvas.map' },
  {
    name: 'complete-upload',
    address: UPLOAD,
    ready: 'canvas.map',
    prepare: async (page) => {
      await page.locator('.page > header .button:not(.primary):not(.danger)').click()
      await page.waitForSelector('dialog[open]')
    },
  },
  {
    name: 'object-share',
    address: '#/buckets/demo/object?key=readme.txt&tab=share',
    ready: 'pre.block',
    prepare: async (page) => {
      await page.click('section summary, .card summary')
      await page.waitForSelector('svg.qr')
    },
  },
  {
    name: 'transfers',
    reloads: true,
    address: '#/buckets/demo?prefix=in%2F',
    ready: '.toolbar',
    prepare: async (page, { files, client }) => {
      // else the page lets the person decide about those that an earlier visit left
      for (const name of ['film.mov', 'notes.txt']) await client.delete(`in/${name}`)
      const session = await page.context().newCDPSession(page)
      await session.send('Network.enable')
      const speed = { latency: 0, downloadThroughput: -1, uploadThroughput: 6 * MIB }
      await session.send('Network.emulateNetworkConditions', { offline: false, ...speed })
      await page.locator('input[type=file]').first().setInputFiles(files)
      await page.waitForSelector('.drawer canvas.strip')
      await page.waitForTimeout(2_000)
    },
  },
]

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
  await refuseSignature(server)
  await addInventory(server)
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
  const stop = async () => {
    await server.stop()
    await rm(folder, { recursive: true })
  }
  return { server, client, pages, files, stop }
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
async function addInventory({ endpoint, region, accessKeyId, accessKeySecret }) {
  const query = { inventory: '', inventoryId: 'weekly' }
  const headers = { 'content-type': 'application/xml' }
  const signed = signedHeaders(
    { method: 'PUT', bucket: 'demo', query, headers },
    { accessKeyId, accessKeySecret },
    { region, time: Date.now() },
  )
  const body =
    '<InventoryConfiguration><Id>weekly</Id><IsEnabled>true</IsEnabled><Filter><Prefix>photos/</Prefix></Filter>' +
    '<Destination><OSSBucketDestination><Format>CSV</Format><AccountId>1</AccountId><RoleArn>acs:ram::1:role/r</RoleArn>' +
    '<Bucket>acs:oss:::logs</Bucket><Prefix>reports/</Prefix></OSSBucketDestination></Destination>' +
    '<Schedule><Frequency>Weekly</Frequency></Schedule><IncludedObjectVersions>Current</IncludedObjectVersions></InventoryConfiguration>'
  const address = `${endpoint}/demo/?inventory&inventoryId=weekly`
  const response = await fetch(address, { method: 'PUT', headers: signed, body })
  if (!response.ok) throw new Error(await response.text())
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
  for (let key = 0; key < 2; key += 1) await admin('CreateAccessKey', { UserName })
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
