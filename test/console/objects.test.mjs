// Objects of a bucket: tiles, moves and drags.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { atEnd } from '../support/at-end.mjs'
import { useStage } from './stage.mjs'

const LIST = '#/buckets/shelf'

const stage = useStage(['shelf', 'attic'])

const names = async (prefix) =>
  ((await stage.client.list({ prefix, 'max-keys': 100 })).objects ?? []).map(({ name }) => name)

const openPrefix = (t, prefix) => stage.open(t, `${LIST}?prefix=${encodeURIComponent(prefix)}`)

test('selected objects and folders are moved into a folder, with what is below them', async (t) => {
  for (const key of ['m/a.txt', 'm/b.txt', 'm/c/d.txt', 'm/c/e/f.txt']) await stage.client.put(key, Buffer.from(key))
  const { page, requireQuiet } = await openPrefix(t, 'm/')
  for (const name of ['a.txt', 'c/']) await page.check(`input[aria-label="Select ${name}"]`)
  await page.click('.toolbar >> text=Move')
  await page.fill('dialog input[type=text]', 'kept/2026')
  assert.match(
    await page.textContent('dialog details pre'),
    /bindery mv --recursive oss:\/\/shelf\/m\/c\/ oss:\/\/shelf\/kept\/2026\/c\//,
  )
  await page.click('dialog .button.primary')
  await page.waitForSelector('text=3 objects were moved.')
  assert.deepEqual(await names('kept/'), ['kept/2026/a.txt', 'kept/2026/c/d.txt', 'kept/2026/c/e/f.txt'])
  assert.deepEqual(await names('m/'), ['m/b.txt'])
  assert.equal((await stage.client.get('kept/2026/a.txt')).content.toString(), 'm/a.txt')
  requireQuiet()
})

test('a moved object keeps its class and ACL, and a symlink stays one', async (t) => {
  await stage.client.put('k/secret.txt', Buffer.from('x'), { headers: { 'x-oss-storage-class': 'IA' } })
  await stage.client.putACL('k/secret.txt', 'public-read')
  await stage.client.putSymlink('k/way', 'k/goal', {})
  await stage.client.put('k/goal', Buffer.from('goal'))
  const { page } = await openPrefix(t, 'k/')
  for (const name of ['secret.txt', 'way']) await page.check(`input[aria-label="Select ${name}"]`)
  await page.click('.toolbar >> text=Move')
  await page.fill('dialog input[type=text]', 'l/')
  await page.click('dialog .button.primary')
  await page.waitForSelector('text=2 objects were moved.')
  assert.equal((await stage.client.head('l/secret.txt')).res.headers['x-oss-storage-class'], 'IA')
  assert.equal((await stage.client.getACL('l/secret.txt')).acl, 'public-read')
  assert.equal((await stage.client.getSymlink('l/way')).targetName, 'k/goal')
  assert.deepEqual(await names('k/'), ['k/goal'])
})

test('an object that changes while it is moved stays where it is', async (t) => {
  await stage.client.put('race/a.txt', Buffer.from('old'))
  const { page } = await stage.open(t, `#/buckets/shelf/object?key=race%2Fa.txt`)
  // another program writes between the copy and the deletion
  await page.route('**/shelf/race/a.txt', async (route) => {
    if (route.request().method() === 'DELETE') await stage.client.put('race/a.txt', Buffer.from('newer'))
    await route.continue()
  })
  await page.click('header .button >> text=Copy, rename or move')
  await page.fill('dialog input[type=text]', 'race/b.txt')
  await page.click('dialog .button.primary')
  await page.waitForSelector('text=The original changed while it was being copied.')
  assert.equal((await stage.client.get('race/a.txt')).content.toString(), 'newer')
  assert.equal((await stage.client.get('race/b.txt')).content.toString(), 'old')
})

test('an object is dragged onto a folder and onto a part of the path, and moved after a question', async (t) => {
  for (const key of ['drag/one.txt', 'drag/two.txt', 'drag/in/three.txt']) await stage.client.put(key, Buffer.from(key))
  const { page, requireQuiet } = await openPrefix(t, 'drag/')
  const row = (name) => page.locator('tbody tr', { hasText: name })
  await row('one.txt').dragTo(row('in/'))
  await page.waitForSelector('dialog >> text=drag/one.txt')
  await page.click('dialog .button.primary')
  await row('one.txt').waitFor({ state: 'detached' })
  // nothing can be moved to where it is
  await row('two.txt').dragTo(row('two.txt'))
  assert.equal(await page.locator('dialog').count(), 0)
  await row('two.txt').dragTo(page.locator('.crumbs li', { hasText: 'shelf' }))
  await page.click('dialog .button.primary')
  await row('two.txt').waitFor({ state: 'detached' })
  assert.deepEqual(await names('drag/'), ['drag/in/one.txt', 'drag/in/three.txt'])
  assert.deepEqual(await names('two'), ['two.txt'])
  requireQuiet()
})

test('files that are dropped on a folder of the list are uploaded into it', async (t) => {
  await stage.client.put('box/in/first.txt', Buffer.from('1'))
  const { page } = await openPrefix(t, 'box/')
  await page.waitForSelector('tbody tr')
  const transfer = await page.evaluateHandle(() => {
    const data = new DataTransfer()
    data.items.add(new File(['second'], 'second.txt'))
    return data
  })
  for (const type of ['dragenter', 'dragover', 'drop']) {
    await page.dispatchEvent('tbody tr', type, { dataTransfer: transfer })
  }
  await page.waitForSelector('text=Done 1')
  assert.deepEqual(await names('box/'), ['box/in/first.txt', 'box/in/second.txt'])
  assert.equal(await page.locator('.over').count(), 0)
})

test('tiles show pictures, are used by keyboard, and stay until the list is chosen again', async (t) => {
  const dot = '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><circle r="4"/></svg>'
  for (const name of ['a.svg', 'b.txt', 'c.txt']) await stage.client.put(`t/${name}`, Buffer.from(dot))
  const { page, requireQuiet } = await openPrefix(t, 't/')
  await page.click('button[aria-label="As tiles"]')
  await page.waitForFunction(() => document.querySelector('.tile img')?.naturalWidth === 9)
  await page.focus('[role=grid]')
  await page.keyboard.press('ArrowRight')
  await page.keyboard.press('Space')
  await page.keyboard.press('Shift+ArrowRight')
  await page.waitForSelector('text=2 selected')
  await page.reload()
  await page.waitForSelector('.tile')
  await page.focus('[role=grid]')
  await page.keyboard.press('End')
  await page.keyboard.press('Enter')
  await page.waitForSelector('h1:has-text("c.txt")', { state: 'attached' })
  await page.goBack()
  await page.click('button[aria-label="As a list"]')
  await page.waitForSelector('tbody tr')
  requireQuiet()
})

test('a click with Shift selects all from the last one', async (t) => {
  for (const name of ['1', '2', '3', '4']) await stage.client.put(`s/${name}`, Buffer.from(name))
  const { page } = await openPrefix(t, 's/')
  await page.check('input[aria-label="Select 1"]')
  await page.click('input[aria-label="Select 3"]', { modifiers: ['Shift'] })
  await page.waitForSelector('text=3 selected')
  assert.equal(await page.locator('tbody input:checked').count(), 3)
})

test('two versions are compared by their headers, metadata and tags', async (t) => {
  await stage.client.putBucketVersioning('shelf', 'Enabled')
  atEnd(t, () => stage.client.putBucketVersioning('shelf', 'Suspended'))
  await stage.client.put('v/note.txt', Buffer.from('one'), { headers: { 'x-oss-tagging': 'stage=draft' } })
  await stage.client.put('v/note.txt', Buffer.from('three'), { headers: { 'x-oss-meta-by': 'alice' } })
  const { page, requireQuiet } = await stage.open(t, '#/buckets/shelf/object?key=v%2Fnote.txt&tab=versions')
  await page.waitForSelector('tbody input')
  for (const box of await page.locator('tbody input[type=checkbox]').all()) await box.check()
  const rows = page.locator('section[aria-label=Differences] tbody tr')
  await rows.first().waitFor()
  const shown = Object.fromEntries(
    await rows.evaluateAll((all) =>
      all.map((row) => [row.cells[0].textContent, [row.cells[1].textContent, row.cells[2].textContent]]),
    ),
  )
  assert.deepEqual(shown['content-length'], ['3', '5'])
  assert.deepEqual(shown['tag stage'], ['draft', '–'])
  assert.deepEqual(shown['x-oss-meta-by'], ['–', 'alice'])
  assert.equal(shown['content-type'], undefined)
  requireQuiet()
})

test('the page of an object shows the requests on it, and no others', async (t) => {
  await stage.client.put('seen/a.txt', Buffer.from('a'))
  await stage.client.put('seen/b.txt', Buffer.from('b'))
  const { page, requireQuiet } = await stage.open(t, '#/buckets/shelf/object?key=seen%2Fa.txt&tab=activity')
  await page.waitForSelector('tbody >> text=PutObject')
  assert.equal(await page.locator('tbody >> text=PutObject').count(), 1)
  await page.focus('table[role=grid]')
  await page.keyboard.press('End')
  await page.keyboard.press('Enter')
  await page.waitForSelector('dialog >> text=PUT /shelf/seen/a.txt')
  requireQuiet()
})

test('a link saves the object under the chosen name, and works only from the address that it names', async (t) => {
  await stage.client.put('link/a.txt', Buffer.from('linked'))
  const { page, requireQuiet } = await stage.open(t, '#/buckets/shelf/object?key=link%2Fa.txt&tab=share')
  const link = page.locator('.card > .stack pre').first()
  await page.fill('input[type=text] >> nth=0', '报告 1.txt')
  await page.click('summary >> text=Address and speed')
  const address = page.locator('.pairs input').first()
  await address.fill('127.0.0.1')
  await page.waitForFunction(() => document.querySelector('.card pre')?.textContent.includes('source-ip=127.0.0.1'))
  const answer = await fetch(await link.textContent())
  assert.equal(await answer.text(), 'linked')
  assert.match(answer.headers.get('content-disposition'), new RegExp(encodeURIComponent('报告 1.txt')))
  await address.fill('10.0.0.0/8')
  await page.waitForFunction(() => document.querySelector('.card pre')?.textContent.includes('subnet-mask=8'))
  assert.equal((await fetch(await link.textContent())).status, 403)
  await address.fill('here')
  await page.waitForSelector('text=This is not an address or a network.')
  requireQuiet()
})

test('an object is renamed in the list, and Escape and a name that is taken change nothing, also with versions', async (t) => {
  await stage.client.putBucketVersioning('shelf', 'Enabled')
  for (const key of ['n/old.txt', 'n/taken.txt']) await stage.client.put(key, Buffer.from(key))
  const { page, requireQuiet } = await openPrefix(t, 'n/')
  const type = async (text) => {
    await page.keyboard.press('F2')
    await page.waitForSelector('.rename:focus')
    await page.keyboard.type(text)
  }
  await page.waitForSelector('tbody a')
  await page.focus('table[role=grid]')
  await type('never')
  await page.keyboard.press('Escape')
  await page.waitForSelector('tbody a >> text=old.txt')
  await type('taken')
  await page.keyboard.press('Enter')
  await page.waitForSelector('text=FileAlreadyExists')
  await page.keyboard.press('Home')
  await page.keyboard.press('Control+A')
  await page.keyboard.type('新的 & <new>.txt')
  await page.keyboard.press('Enter')
  await page.waitForSelector('text=The object was renamed.')
  await page.waitForSelector('tbody a >> text="新的 & <new>.txt"')
  assert.deepEqual(await names('n/'), ['n/taken.txt', 'n/新的 & <new>.txt'])
  assert.equal((await stage.client.get('n/新的 & <new>.txt')).content.toString(), 'n/old.txt')
  requireQuiet()
})

test('Enter that chooses characters of an input method renames nothing', async (t) => {
  await stage.client.put('ime/a.txt', Buffer.from('a'))
  const { page } = await openPrefix(t, 'ime/')
  await page.click('tbody button[aria-haspopup]')
  await page.click('dialog >> text="Rename"')
  const input = await page.context().newCDPSession(page)
  await input.send('Input.imeSetComposition', { text: 'wenjian', selectionStart: 7, selectionEnd: 7 })
  await page.dispatchEvent('.rename', 'keydown', { key: 'Enter', isComposing: true, bubbles: true })
  assert.ok(await page.isVisible('.rename'))
  await input.send('Input.insertText', { text: '文件' })
  await page.keyboard.press('Enter')
  await page.waitForSelector('tbody a >> text="文件.txt"')
  assert.deepEqual(await names('ime/'), ['ime/文件.txt'])
})

test('columns are chosen, stay chosen, and show checksums on request', async (t) => {
  await stage.client.put('cols/a.txt', Buffer.from('a'))
  await stage.client.multipartUpload('cols/b.bin', Buffer.alloc(300 * 1024), { partSize: 100 * 1024 })
  const { page } = await openPrefix(t, 'cols/')
  await page.click('.toolbar [aria-label=Columns]')
  for (const title of ['Parts', 'ETag', 'CRC-64']) await page.check(`dialog label >> text="${title}"`)
  await page.uncheck('dialog label >> text="Storage class"')
  await page.keyboard.press('Escape')
  await page.reload()
  const { crc } = { crc: (await stage.client.head('cols/b.bin')).res.headers['x-oss-hash-crc64ecma'] }
  await page.waitForSelector(`tbody >> text="${crc}"`)
  const titles = await page.locator('thead th').allTextContents()
  assert.deepEqual(
    titles.slice(1, -1).map((title) => title.replace(/[↕↑↓]/, '')),
    [...['Name', 'Type', 'Size', 'Parts', 'Last modified', 'ETag', 'CRC-64']],
  )
  const row = await page.locator('tbody tr', { hasText: 'b.bin' }).locator('td.number').allTextContents()
  assert.deepEqual(row, ['300.0 KiB', '3'])
})

test('a selection ends where other rows are listed', async (t) => {
  for (const key of ['sel/a.txt', 'sel/deep/b.txt']) await stage.client.put(key, Buffer.from(key))
  const { page } = await openPrefix(t, 'sel/')
  await page.check('input[aria-label="Select a.txt"]')
  await page.waitForSelector('text=1 selected')
  await page.click('tbody a >> text=deep/')
  await page.waitForSelector('text=1 entry')
  await page.goBack()
  await page.waitForSelector('text=2 entries')
})
