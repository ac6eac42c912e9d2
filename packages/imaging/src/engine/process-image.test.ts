import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import { ImageFault } from '../fault.js'
import type { ImageResult } from '../job.js'
import { parseProcess } from '../parse-process.js'
import { processImage } from './process-image.js'
import { loadSharp, type SharpFactory } from './sharp-library.js'

const WHITE = [255, 255, 255]
const RED = [255, 0, 0]

/** Encoders and roundings of the library may be off by a little. */
function assertNear(actual: readonly number[], expected: readonly number[], by: number): void {
  const isNear =
    actual.length === expected.length && actual.every((one, at) => Math.abs(one - (expected[at] ?? 0)) <= by)
  assert.ok(isNear, `${actual} is not near ${expected}`)
}

describe('images', () => {
  let sharp: SharpFactory
  /** 200 × 100: the left half red, the right half blue. */
  let halves: Buffer
  let jpeg: Buffer

  before(async () => {
    sharp = await loadSharp()
    const pixels = Buffer.alloc(200 * 100 * 3)
    for (let at = 0; at < pixels.length; at += 3) pixels[at + ((at / 3) % 200 < 100 ? 0 : 2)] = 255
    const image = sharp(pixels, { raw: { width: 200, height: 100, channels: 3 } })
    halves = await image.clone().png().toBuffer()
    jpeg = await image.clone().jpeg({ quality: 80 }).toBuffer()
  })

  const run = (process: string, source = halves, logos: Uint8Array[] = []): Promise<ImageResult> =>
    processImage(sharp, { source, actions: parseProcess(`image/${process}`), logos })
  const sizeOf = async ({ bytes }: ImageResult) => {
    const { width, height } = await sharp(bytes).metadata()
    return `${width}x${height}`
  }
  const pixelOf = async ({ bytes }: ImageResult, x: number, y: number) => {
    const { data, info } = await sharp(bytes).raw().toBuffer({ resolveWithObject: true })
    const at = (y * info.width + x) * info.channels
    return [...data.subarray(at, at + info.channels)]
  }
  const faultOf = async (work: Promise<unknown>) => {
    const error = await work.then(
      () => undefined,
      (thrown: unknown) => thrown,
    )
    assert.ok(error instanceof ImageFault, String(error))
    return error.fault
  }

  test('each mode of resizing makes its size, and nothing is enlarged unless that is requested', async () => {
    const sizes: Readonly<Record<string, string>> = {
      'resize,m_lfit,w_150,h_80': '150x75',
      'resize,m_mfit,w_150,h_80': '160x80',
      'resize,m_fill,w_150,h_80': '150x80',
      'resize,m_pad,w_150,h_80': '150x80',
      'resize,m_fixed,w_150,h_80': '150x80',
      'resize,w_100': '100x50',
      'resize,m_fill,w_100': '100x100',
      'resize,m_pad,h_50': '50x50',
      'resize,l_100': '100x50',
      'resize,s_50': '100x50',
      'resize,p_50': '100x50',
      'resize,w_400': '200x100',
      'resize,w_400,limit_0': '400x200',
      'resize,m_fixed,w_400,h_20': '200x100',
      'resize,w_3': '3x2',
      'resize,w_100/resize,w_50': '50x25',
    }
    for (const [process, size] of Object.entries(sizes)) assert.equal(await sizeOf(await run(process)), size, process)
    const padded = await run('resize,m_pad,w_100,h_100,color_00ff00')
    assert.deepEqual(await pixelOf(padded, 50, 5), [0, 255, 0])
    assert.equal(await faultOf(run('resize,w_16000,limit_0')), 'ResultTooLarge')
  })

  test('areas are cut by corner and by slice, at the edge where they reach beyond', async () => {
    const sizes: Readonly<Record<string, string>> = {
      'crop,w_50,h_60': '50x60',
      'crop,x_150': '50x100',
      'crop,w_50,h_50,g_se,x_10,y_10': '40x40',
      'crop,w_500,h_50,g_center': '200x50',
      'indexcrop,x_80,i_2': '40x100',
      'indexcrop,y_30,i_0': '200x30',
      'indexcrop,x_80,i_3': '200x100',
    }
    for (const [process, size] of Object.entries(sizes)) assert.equal(await sizeOf(await run(process)), size, process)
    assert.deepEqual(await pixelOf(await run('crop,w_10,h_10,g_east'), 0, 0), [0, 0, 255])
    assert.equal(await faultOf(run('crop,x_200')), 'OutOfImage')
  })

  test('outside of circles and rounded corners it is transparent, and white in JPEG', async () => {
    const circle = await run('circle,r_500')
    assert.equal(await sizeOf(circle), '100x100')
    assert.equal((await pixelOf(circle, 0, 0))[3], 0)
    assert.deepEqual(await pixelOf(circle, 20, 50), [...RED, 255])
    const rounded = await run('rounded-corners,r_20')
    assert.equal(await sizeOf(rounded), '200x100')
    assert.equal((await pixelOf(rounded, 0, 0))[3], 0)
    assert.deepEqual(await pixelOf(rounded, 0, 50), [...RED, 255])
    assertNear(await pixelOf(await run('rounded-corners,r_20/format,jpg'), 0, 0), WHITE, 16)
  })

  test('rotation turns clockwise, and enlarges the canvas for other angles than the right ones', async () => {
    const turned = await run('rotate,90')
    assert.equal(await sizeOf(turned), '100x200')
    assert.deepEqual((await pixelOf(turned, 50, 10)).slice(0, 3), RED)
    assert.equal(await sizeOf(await run('rotate,0')), '200x100')
    const tilted = await run('rotate,30')
    assert.deepEqual((await pixelOf(tilted, 0, 0))[3], 0)
    assert.notEqual(await sizeOf(tilted), '200x100')
    assert.equal(await faultOf(run('resize,w_5000,limit_0/rotate,10')), 'RotateTooLarge')
  })

  test('orientation is applied on request, and otherwise kept as it was stored', async () => {
    // by orientation: where the red half of what is seen lies
    const seen: readonly (readonly [orientation: number, size: string, x: number, y: number])[] = [
      [2, '200x100', 150, 50],
      [3, '200x100', 150, 50],
      [4, '200x100', 50, 50],
      [5, '100x200', 50, 50],
      [6, '100x200', 50, 50],
      [7, '100x200', 50, 150],
      [8, '100x200', 50, 150],
    ]
    for (const [orientation, size, x, y] of seen) {
      const source = await sharp(halves).withMetadata({ orientation }).jpeg({ quality: 100 }).toBuffer()
      const upright = await run('auto-orient,1/format,png', source)
      assert.equal(await sizeOf(upright), size, String(orientation))
      const [red = 0, , blue = 0] = await pixelOf(upright, x, y)
      assert.ok(red > 200 && blue < 50, `${orientation}: ${red} ${blue}`)
      const expected = await sharp(source).autoOrient().raw().toBuffer({ resolveWithObject: true })
      assert.equal(`${expected.info.width}x${expected.info.height}`, size)
      const kept = await run('resize,w_100', source)
      assert.equal((await sharp(kept.bytes).metadata()).orientation, orientation)
    }
  })

  test('colours are changed, and alpha is not', async () => {
    const grey = await sharp({ create: { width: 10, height: 10, channels: 4, background: '#80808080' } })
      .png()
      .toBuffer()
    const at = async (process: string) => pixelOf(await run(process, grey), 5, 5)
    const [bright = 0, , , alpha] = await at('bright,50')
    assert.ok(bright > 240 && alpha === 128)
    const [dark = 255] = await at('bright,-50')
    assert.ok(dark < 10)
    assertNear(await at('contrast,50'), [128, 128, 128, 128], 1)
    assertNear(await pixelOf(await run('contrast,-100'), 20, 20), [128, 128, 128], 1)
    for (const process of ['blur,r_3,s_2', 'sharpen,100']) assert.equal(await sizeOf(await run(process)), '200x100')
  })

  test('each format is written, and the content type is that of the result', async () => {
    const types: Readonly<Record<string, readonly [type: string, format: string]>> = {
      jpg: ['image/jpeg', 'jpeg'],
      png: ['image/png', 'png'],
      webp: ['image/webp', 'webp'],
      tiff: ['image/tiff', 'tiff'],
      avif: ['image/avif', 'heif'],
    }
    for (const [name, [type, format]] of Object.entries(types)) {
      const { contentType, bytes } = await run(`format,${name}`)
      assert.deepEqual([contentType, (await sharp(bytes).metadata()).format], [type, format])
    }
    assert.equal((await run('format,gif')).contentType, 'image/png')
    assert.equal(await faultOf(run('format,heic')), 'NotAnImage')
    const progressive = await run('interlace,1/format,jpg')
    assert.equal((await sharp(progressive.bytes).metadata()).isProgressive, true)
  })

  test('BMP is written and read again, with and without alpha', async () => {
    const bmp = await run('format,bmp')
    assert.equal(bmp.contentType, 'image/bmp')
    const back = await run('format,png', Buffer.from(bmp.bytes))
    assert.deepEqual(await pixelOf(back, 20, 20), RED)
    assert.deepEqual(await pixelOf(back, 120, 20), [0, 0, 255])
    const rounded = await run('rounded-corners,r_20/format,bmp')
    const transparent = await run('format,png', Buffer.from(rounded.bytes))
    assert.equal((await pixelOf(transparent, 0, 0))[3], 0)
    assert.equal(await faultOf(run('info', Buffer.from(bmp.bytes).subarray(0, 1_000))), 'NotAnImage')
  })

  test('a relative quality is a share of the source, and an absolute one is never above it', async () => {
    const bytesOf = async (process: string) => (await run(process, jpeg)).bytes.length
    assert.ok((await bytesOf('quality,q_50')) < (await bytesOf('quality,q_100')))
    assert.equal(await bytesOf('quality,Q_100'), await bytesOf('quality,Q_80'))
    assert.equal(await bytesOf('quality,Q_40,q_90'), await bytesOf('quality,40'))
  })

  test('an animation keeps its frames, unless it becomes a still image', async () => {
    const frames = ['#ff0000', '#00ff00', '#0000ff'].map((background) =>
      sharp({ create: { width: 40, height: 20, channels: 3, background } })
        .png()
        .toBuffer(),
    )
    const gif = await sharp(await Promise.all(frames), { join: { animated: true } })
      .gif({ delay: [100, 200, 300] })
      .toBuffer()
    const metadataOf = async (process: string) => sharp((await run(process, gif)).bytes, { animated: true }).metadata()
    const { pages, pageHeight, width, delay } = await metadataOf('resize,w_20')
    assert.deepEqual([pages, pageHeight, width, delay], [3, 10, 20, [100, 200, 300]])
    assert.equal((await metadataOf('rotate,90')).pageHeight, 40)
    assert.equal((await metadataOf('resize,w_400,limit_0')).width, 40)
    assert.equal((await metadataOf('format,webp')).pages, 3)
    assert.equal((await metadataOf('format,png')).pages ?? 1, 1)
    assert.equal((await metadataOf('resize,p_50')).pages ?? 1, 1)
    const info = JSON.parse(Buffer.from((await run('info', gif)).bytes).toString())
    assert.equal(info.FrameCount.value, '3')
  })

  test('info has exactly the layout that clients compare', async () => {
    const { contentType, bytes } = await run('info', halves)
    assert.equal(contentType, 'application/json')
    assert.equal(
      Buffer.from(bytes).toString(),
      `{
    "FileSize": {"value": "${halves.length}"},
    "Format": {"value": "png"},
    "FrameCount": {"value": "1"},
    "ImageHeight": {"value": "100"},
    "ImageWidth": {"value": "200"}}`,
    )
    const tagged = await sharp(halves)
      .withMetadata({ orientation: 7, density: 96 })
      .withExifMerge({ IFD0: { Software: 'Bindery', DateTime: '2015:02:11 15:38:27' }, IFD3: { GPSLatitudeRef: 'N' } })
      .jpeg()
      .toBuffer()
    const info = JSON.parse(Buffer.from((await run('info', tagged)).bytes).toString())
    const values = Object.fromEntries(
      Object.entries(info).map(([name, one]) => [name, (one as { value: string }).value]),
    )
    assert.deepEqual(
      [values.Orientation, values.Software, values.DateTime, values.GPSLatitudeRef, values.ImageWidth],
      ['7', 'Bindery', '2015:02:11 15:38:27', 'North', '200'],
    )
    assert.deepEqual(Object.keys(info), Object.keys(info).sort())
  })

  test('the average hue is the mean colour', async () => {
    const flat = await sharp({ create: { width: 9, height: 9, channels: 3, background: '#5c783b' } })
      .png()
      .toBuffer()
    const { contentType, bytes } = await run('average-hue', flat)
    assert.deepEqual([contentType, Buffer.from(bytes).toString()], ['text/plain', '0x5c783b'])
  })

  test('watermarks lie where they are anchored, fade, tile, and may be larger than the image', async () => {
    const logo = await sharp({ create: { width: 20, height: 10, channels: 3, background: '#00ff00' } })
      .png()
      .toBuffer()
    const named = (process = '') => `image_${Buffer.from(`logo.png${process}`).toString('base64url')}`
    const put = (parameters: string, process = '') => run(`watermark,${named(process)}${parameters}`, halves, [logo])
    const green = [0, 255, 0]
    assert.deepEqual(await pixelOf(await put(''), 185, 85), green)
    assert.deepEqual(await pixelOf(await put(''), 195, 95), [0, 0, 255])
    assert.deepEqual(await pixelOf(await put(',g_nw,x_0,y_0'), 0, 0), green)
    assert.deepEqual(await pixelOf(await put(',g_center,voffset_20'), 100, 70), green)
    assertNear(await pixelOf(await put(',g_nw,x_0,y_0,t_50'), 0, 0), [127, 128, 0], 2)
    const tiled = await put(',fill_1,padx_20')
    assert.deepEqual(await pixelOf(tiled, 45, 55), green)
    assert.deepEqual(await pixelOf(tiled, 25, 55), RED)
    const share = await put(',g_nw,x_0,y_0', '?x-oss-process=image/resize,P_50')
    assert.deepEqual([await pixelOf(share, 99, 49), await pixelOf(share, 99, 51)], [green, RED])
    const huge = await put(',g_nw,x_0,y_0', '?x-oss-process=image/resize,w_2000,limit_0')
    assert.deepEqual([await sizeOf(huge), await pixelOf(huge, 199, 99)], ['200x100', green])
    const text = Buffer.from('<b>&').toString('base64url')
    const written = await run(`watermark,text_${text},color_ffffff,size_40,shadow_50,rotate_20,g_center`)
    assert.equal(await sizeOf(written), '200x100')
    assert.notDeepEqual(written.bytes, (await run('rotate,0')).bytes)
    const both = await run(`watermark,text_${text},${named()},order_1,align_0,interval_5`, halves, [logo])
    assert.equal(await sizeOf(both), '200x100')
    assert.equal(await faultOf(run(`watermark,${named()}`)), 'LogoMissing')
    assert.equal(await faultOf(run(`watermark,${named()}`, halves, [Buffer.from('no image')])), 'LogoFormat')
  })

  test('bytes that are not an image, are damaged, or are a document that the library reads and OSS does not, are refused', async () => {
    const svg = Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="10" height="10"/>')
    for (const source of [Buffer.from('hello'), Buffer.alloc(0), svg, halves.subarray(0, 40), jpeg.subarray(0, 300)]) {
      assert.equal(await faultOf(run('resize,w_10', source)), 'NotAnImage')
    }
  })

  test('a source of too many pixels is refused by its head', async () => {
    const bomb = Buffer.from(halves)
    bomb.writeUInt32BE(29_000, 16)
    bomb.writeUInt32BE(29_000, 20)
    assert.ok(['PixelsTooMany', 'NotAnImage'].includes(await faultOf(run('resize,w_10', bomb))))
    const wide = await sharp({ create: { width: 30_001, height: 1, channels: 3, background: '#fff' } })
      .png()
      .toBuffer()
    assert.equal(await faultOf(run('resize,w_10', wide)), 'SideTooLong')
  })
})
