import { OssError } from '@bindery/protocol'
import { andThen } from '@bindery/storage'
import { handler } from '../../call.js'
import { deleteStyle as deleteOne, findStyles, putStyle as putOne } from '../../domain/buckets/styles.js'

export const putStyle = handler('PutStyle', async ({ domain, bucket, input, document }) => {
  const { styleName: name, category = 'image' } = input
  await putOne(domain, bucket.name, { name, category, content: document.content })
  return { output: {} }
})

export const getStyle = handler('GetStyle', ({ domain, bucket, input }) => {
  return andThen(findStyles(domain, bucket.name), (styles) => {
    const style = styles.find(({ name }) => name === input.styleName)
    if (style === undefined) throw new OssError('noSuchStyle', { styleName: input.styleName })
    return { output: {}, result: style }
  })
})

export const listStyle = handler('ListStyle', ({ domain, bucket }) =>
  andThen(findStyles(domain, bucket.name), (styles) => ({ output: {}, result: { styles } })),
)

export const deleteStyle = handler('DeleteStyle', async ({ domain, bucket, input }) => {
  await deleteOne(domain, bucket.name, input.styleName)
  return { output: {} }
})
