// The command lines that the pages show: the command takes them as they are.

import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, before, test } from 'node:test'
import { atEnd } from '../support/at-end.mjs'
import { openConsole, signIn } from './browser.mjs'
import { runLine } from './run-line.mjs'
import { beginVisits } from './visits.mjs'
import { useWorld } from './world.mjs'

/** The exit code for wrong arguments. */
const MISUSED = 1
/** They change nothing, only show what else can be done, or show their command at once. */
const DIALOGS_WITHOUT_COMMAND = ['palette', 'keys', 'object-actions', 'take-over', 'columns', 'saved-views']

const used = useWorld()
let folder

before(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'bindery-commands-'))
  await writeFile(path.join(folder, 'FILE'), 'x')
  await writeFile(path.join(folder, 'document.xml'), '<WebsiteConfiguration/>')
  await writeFile(path.join(folder, 'policy.json'), '{"Version":"1","Statement":[]}')
})

after(async () => {
  if (folder !== undefined) await rm(folder, { recursive: true })
})

/** A line without its names, so that lines of one form run once. */
function shapeOf(line) {
  const words = line.split(' ').slice(1)
  return words.map((word) => (/^(--)?[a-z-]+$/.test(word) ? word : '…')).join(' ')
}

test('every dialog shows its command, and the command line takes what any page shows', async (t) => {
  const { visit, close } = beginVisits(used)
  atEnd(t, close)
  const lines = new Map()
  for (const shown of used.world.pages) {
    await visit(shown, async (page) => {
      const dialog = page.locator('dialog[open]')
      if ((await dialog.count()) > 0 && !DIALOGS_WITHOUT_COMMAND.includes(shown.name)) {
        assert.equal(await dialog.locator('summary:has-text("Show as command")').count(), 1, shown.name)
      }
      for (const text of await page.locator('pre.block').allTextContents()) {
        for (const line of text.split('\n')) if (line.startsWith('bindery ')) lines.set(shapeOf(line), line)
      }
    })
  }
  assert.ok(lines.size >= 15, [...lines.keys()].join('\n'))
  for (const shape of lines.values()) {
    const line = shape.replace('BUCKET', 'demo').replace('NAME', 'name')
    const { code, printed } = await runLine(used.world.server, folder, line)
    // what deletes much must be confirmed, and these lines are for people at a terminal
    if (printed.includes('no terminal to confirm')) continue
    assert.notEqual(code, MISUSED, `${line}\n${printed}`)
  }
})

test('the programs of the overview have the address of the server, and the one for curl works as it is shown', async (t) => {
  const { page, context } = await openConsole(used.browser, used.world.server)
  atEnd(t, () => context.close())
  await signIn(page, used.world.server)
  const clients = page.locator('section:has(h2:text("Connect")) select')
  await clients.waitFor()
  assert.ok((await clients.locator('option').count()) >= 20)
  for (const name of ['java', 'boto3', 'rclone']) {
    await clients.selectOption(name)
    const text = await page.locator('section:has(h2:text("Connect")) pre').textContent()
    assert.ok(text.includes(used.world.server.endpoint) && text.includes('ACCESS_KEY_ID'), text)
  }
  await clients.selectOption('curl')
  const line = await page.locator('section:has(h2:text("Connect")) pre').textContent()
  const { code, printed } = await runLine(used.world.server, folder, line)
  assert.equal(code, 0, printed)
  assert.match(printed, /Hello from Bindery/)
})
