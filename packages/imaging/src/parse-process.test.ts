import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ImageFault } from './fault.js'
import { parseProcess } from './parse-process.js'
import { parseSaveas } from './parse-saveas.js'

const encoded = (text: string) => Buffer.from(text).toString('base64url')

function faultOf(run: () => unknown): string {
  try {
    run()
  } catch (error) {
    if (error instanceof ImageFault) return error.fault
    throw error
  }
  return 'none'
}

test('actions keep their order, unknown parameters are ignored, and an empty one counts as none', () => {
  const actions = parseProcess('image/crop,w_100,h_100,x_100,y_100,r_1/resize,w_50,color_FF6a00,/rotate,90')
  assert.deepEqual(
    actions.map(({ name }) => name),
    ['crop', 'resize', 'rotate'],
  )
  assert.deepEqual(actions[0], { name: 'crop', width: 100, height: 100, x: 100, y: 100, gravity: 'nw' })
  assert.equal((actions[1] as { colour: string }).colour, '#ff6a00')
  assert.equal((actions[2] as { value: number }).value, 90)
})

test('each fault of a request has its name', () => {
  const faults: Readonly<Record<string, string>> = {
    'image/': 'ActionMissing',
    'image/enlarge,w_1': 'ActionUnknown',
    'image/resize': 'ResizeBox',
    'image/resize,w_0,h_0': 'ResizeBox',
    'image/resize,w_abc': 'ResizeBox',
    'image/resize,m_none,w_1': 'ResizeMode',
    'image/resize,l_0': 'ResizeLong',
    'image/resize,w_1,limit_2': 'ResizeLimit',
    'image/crop,g_middle': 'CropGravity',
    'image/crop,w_-1': 'CropWidth',
    'image/crop,h_x': 'CropHeight',
    'image/indexcrop,i_1': 'IndexcropSide',
    'image/indexcrop,x_10,i_-1': 'IndexcropIndex',
    'image/circle': 'Circle',
    'image/rounded-corners,r_5000': 'RoundedCorners',
    'image/rotate': 'RotateMissing',
    'image/rotate,361': 'Rotate',
    'image/rotate,1,2': 'ValuesTooMany',
    'image/blur,r_1': 'Blur',
    'image/bright': 'BrightMissing',
    'image/bright,101': 'Bright',
    'image/contrast': 'ValueMissing',
    'image/sharpen,49': 'Sharpen',
    'image/interlace,2': 'Interlace',
    'image/format': 'FormatMissing',
    'image/format,pdf': 'Parameter',
    'image/quality': 'QualityMissing',
    'image/quality,q_0': 'QualityRelative',
    'image/quality,Q_101': 'QualityAbsolute',
    'image/quality,101': 'QualityBare',
    'image/info/resize,w_1': 'ValuesTooMany',
    'image/watermark,g_se': 'WatermarkEmpty',
    'image/watermark,text_': 'WatermarkTextEmpty',
    'image/watermark,text_*': 'WatermarkText',
    [`image/watermark,text_${encoded('x'.repeat(65))}`]: 'Parameter',
    [`image/watermark,text_${encoded('x')},color_red`]: 'WatermarkColor',
    [`image/watermark,text_${encoded('x')},size_1001`]: 'WatermarkSize',
    [`image/watermark,text_${encoded('x')},type_${encoded('comic')}`]: 'Parameter',
    [`image/watermark,text_${encoded('x')},t_101`]: 'WatermarkT',
    [`image/watermark,text_${encoded('x')},g_top`]: 'WatermarkGravity',
    [`image/watermark,text_${encoded('x')},voffset_1001`]: 'WatermarkVoffset',
    [`image/watermark,image_${encoded('a?x-oss-process=image/info')}`]: 'LogoInfo',
    [`image/watermark,image_${encoded(`a?x-oss-process=image/watermark,text_${encoded('x')}`)}`]: 'LogoWatermark',
    [`image/${'watermark,image_YQ/'.repeat(4)}`]: 'LogosTooMany',
  }
  for (const [process, fault] of Object.entries(faults))
    assert.equal(
      faultOf(() => parseProcess(process)),
      fault,
      process,
    )
})

test('base64 is taken in both alphabets, with and without padding, and a slash within it separates nothing', () => {
  const text = '??>>~~ÿÿ'
  for (const form of [Buffer.from(text).toString('base64'), encoded(text)]) {
    const [watermark, rotate] = parseProcess(`image/watermark,text_${form}/rotate,90`)
    assert.equal((watermark as { text: { text: string } }).text.text, text)
    assert.equal(rotate?.name, 'rotate')
  }
  assert.ok(Buffer.from(text).toString('base64').includes('/'))
})

test('a logo has a key and its own preprocessing', () => {
  const [watermark] = parseProcess(`image/watermark,image_${encoded('dir/logo.png?x-oss-process=image/resize,P_30')}`)
  assert.ok(watermark?.name === 'watermark' && watermark.logo !== undefined)
  const [resize] = watermark.logo.actions
  assert.equal(watermark.logo.key, 'dir/logo.png')
  assert.ok(resize?.name === 'resize' && resize.percentOfMain === 30)
})

test('the pipe of a stored result is read raw and form-encoded, its parts in any order', () => {
  const expected = { process: 'image/resize,w_100', key: 'dest.jpg', bucket: 'other' }
  const [o, b] = [`o_${Buffer.from('dest.jpg').toString('base64')}`, `b_${encoded('other')}`]
  for (const body of [
    `x-oss-process=image/resize,w_100|sys/saveas,${o},${b}`,
    `x-oss-process=image/resize,w_100|sys/saveas,${b},${o}`,
    `x-oss-process=${encodeURIComponent(`image/resize,w_100|sys/saveas,${o},${b}`)}`,
  ]) {
    assert.deepEqual(parseSaveas(body), expected)
  }
  assert.deepEqual(parseSaveas(`x-oss-process=style/s|sys/saveas,${o}`), { process: 'style/s', key: 'dest.jpg' })
  for (const body of ['x-oss-process=image/info', 'x-oss-process=image/info|sys/saveas,b_YQ', 'a|b|c']) {
    assert.equal(
      faultOf(() => parseSaveas(body)),
      'SaveasTarget',
      body,
    )
  }
})
