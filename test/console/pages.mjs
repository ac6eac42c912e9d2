// The pages of the console, as a world fills them.

import { holdParts } from './stage.mjs'

/** The address of an upload, whose id is known once it has begun. */
export const UPLOAD = '#/buckets/film-archive/first-upload'

/** Uploads a folder and two files up to a point where they stand still: none ends while a test looks at the page. */
async function beginTransfers(page, { files, photos, client }) {
  // else the page lets the person decide about those that an earlier visit left
  const { objects = [] } = await client.list({ prefix: 'in/', 'max-keys': 100 })
  for (const { name } of objects) await client.delete(name)
  // nor may a new upload begin next to one that stood still
  const { uploads = [] } = await client.listUploads({ prefix: 'in/', 'max-uploads': 100 })
  for (const { name, uploadId } of uploads) await client.abortMultipartUpload(name, uploadId)
  const parts = await holdParts(page, 2)
  const ofFolder = await holdParts(page, 6, (request) => request.method() === 'PUT' && /jpg$/.test(request.url()))
  await page.locator('input[type=file]').first().setInputFiles(files)
  // the page reads the incomplete uploads whenever files are stored: this one has begun before the last file is
  await parts.reached
  await page.locator('input[type=file]').nth(1).setInputFiles(photos)
  await ofFolder.reached
  await page.waitForSelector('.drawer canvas.strip')
  await page.waitForSelector('.drawer a >> text=notes.txt')
  // the list shows what is stored, and what is not complete
  for (const row of ['photos/', 'notes.txt']) await page.waitForSelector(`tbody >> text=${row}`)
  await page.waitForSelector('a[href="#/buckets/demo/uploads?prefix=in%2F"]')
}

/**
 * Pages by their address. `ready` is a selector that exists once a page has loaded; `prepare` opens something on it; one that
 * `leaves` something behind that the next page must not have, such as running uploads or another view.
 * @type {readonly { name: string, address: string, ready: string, leaves?: boolean, prepare?: (page: object, world: object) => Promise<void> }[]}
 */
export const PAGES = [
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
    prepare: async (page, world) => {
      // the server may have forgotten an earlier one
      await world.refuseSignature()
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
  {
    name: 'lifecycle',
    address: '#/buckets/demo/settings?document=lifecycle',
    ready: 'tbody tr',
    prepare: async (page) => {
      await page.click('section .stack > .row > .button')
      await page.waitForSelector('section .notice')
      await page.click('section summary')
    },
  },
  {
    name: 'lifecycle-preview',
    address: '#/buckets/film-archive/settings?document=lifecycle&days=1&prefix=2026%2F',
    ready: 'details[open]',
    prepare: async (page) => {
      await page.selectOption('details[open] select', 'expire')
      await page.fill('details[open] input', '1')
      await page.click('details[open] form + div .button')
      await page.waitForSelector('details[open] .notice')
    },
  },
  { name: 'quota', address: '#/buckets/demo/settings?document=quota', ready: 'form select' },
  { name: 'limits', address: '#/buckets/demo/settings?document=qosInfo', ready: 'form input >> nth=8' },
  { name: 'requesters', address: '#/buckets/demo/settings?document=requesters', ready: 'tbody tr' },
  {
    name: 'styles',
    address: '#/buckets/demo/settings?document=styles',
    ready: 'tbody tr',
    prepare: (page) => page.click('tbody .button'),
  },
  {
    name: 'domains',
    address: '#/buckets/demo/settings?document=domains',
    ready: 'form',
    prepare: async (page) => {
      await page.fill('form input', 'files.example')
      await page.click('form ol .button')
      await page.waitForSelector('dl.facts')
    },
  },
  { name: 'callbacks', address: '#/buckets/demo/settings?document=callbackPolicy', ready: 'details summary' },
  {
    name: 'copy-settings',
    address: '#/buckets/demo/settings?document=copySettings',
    ready: 'fieldset input',
    prepare: async (page) => {
      // the first bucket has no rule that aborts uploads, which the overview shows
      await page.locator('section section select').first().selectOption('logs')
      await page.locator('section section .button.primary').click()
      await page.waitForSelector('section section .notice')
    },
  },
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
    name: 'columns',
    address: '#/buckets/demo',
    ready: 'tbody tr[aria-selected]',
    prepare: async (page) => {
      await page.click('.toolbar > .button[aria-haspopup]')
      await page.waitForSelector('dialog[open] input')
    },
  },
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
  {
    name: 'tiles',
    address: '#/buckets/demo?prefix=photos%2F',
    ready: '.switch',
    leaves: true,
    prepare: async (page) => {
      await page.locator('.switch .button').last().click()
      await page.waitForSelector('.tile img')
    },
  },
  {
    name: 'move-objects',
    address: '#/buckets/demo',
    ready: 'tbody tr[aria-selected]',
    prepare: async (page) => {
      for (const box of await page.locator('tbody input[type=checkbox]').all()) await box.check()
      await page.click('.toolbar .button:not(.danger):not(.icon)')
      await page.waitForSelector('dialog[open] select')
    },
  },
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
  {
    name: 'object-versions',
    address: '#/buckets/logs/object?key=app.log&tab=versions',
    ready: 'tbody tr',
    prepare: async (page) => {
      for (const index of [0, 2]) await page.locator('tbody input[type=checkbox]').nth(index).check()
      await page.waitForSelector('section tbody th')
    },
  },
  { name: 'object-activity', address: '#/buckets/demo/object?key=readme.txt&tab=activity', ready: 'tbody tr' },
  { name: 'uploads', address: '#/uploads', ready: 'tbody td >> text=KiB' },
  {
    name: 'saved-views',
    address: '#/uploads?size=100',
    ready: '.toolbar.dense',
    prepare: async (page) => {
      await page.click('.toolbar.dense > .button[aria-haspopup]')
      await page.waitForSelector('dialog[open] input')
    },
  },
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
  {
    name: 'upload',
    address: UPLOAD,
    ready: 'canvas.map',
    // a canvas has this width until it is drawn
    prepare: (page) => page.waitForFunction(() => document.querySelector('canvas.map').width !== 300),
  },
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
    name: 'complete-list',
    address: UPLOAD,
    ready: 'canvas.map',
    prepare: async (page) => {
      await page.locator('.page > header .button:not(.primary):not(.danger)').click()
      await page.selectOption('dialog[open] select', 'chosen')
      await page.waitForSelector('dialog[open] dd.mono >> text=/[0-9]{9}/')
    },
  },
  {
    name: 'object-share',
    address: '#/buckets/demo/object?key=readme.txt&tab=share',
    ready: 'pre.block',
    prepare: async (page) => {
      await page.locator('.card summary').nth(1).click()
      await page.waitForSelector('svg.qr')
    },
  },
  {
    name: 'transfers',
    leaves: true,
    address: '#/buckets/demo?prefix=in%2F',
    ready: '.toolbar',
    prepare: beginTransfers,
  },
  {
    name: 'take-over',
    leaves: true,
    address: '#/buckets/demo?prefix=in%2F',
    ready: '.toolbar',
    prepare: async (page, world) => {
      await beginTransfers(page, world)
      await page.click('.drawer button[aria-haspopup]')
      await page.waitForSelector('dialog[open] pre')
    },
  },
  { name: 'ticket', address: '#/ticket', ready: 'input[type=file]' },
]
