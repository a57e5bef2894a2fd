// Following an action's pages to the end, or to as many items as were asked for.

import { CallFailed } from './failure.ts'

/** More than any listing drover asks for can fill; a server that never ends is not followed. */
const mostPages = 1_000

export interface Page<Item> {
  readonly items: readonly Item[] | undefined
  readonly next: string | undefined
}

export async function everyItem<Item>(
  page: (token: string | undefined) => Promise<Page<Item>>,
  limit = Number.POSITIVE_INFINITY,
): Promise<readonly Item[]> {
  const items: Item[] = []
  let token: string | undefined
  for (let count = 0; count < mostPages; count++) {
    const { items: more, next } = await page(token)
    items.push(...(more ?? []))
    if (items.length >= limit) return items.slice(0, limit)
    if (next === undefined || next === '') return items
    if (next === token) break
    token = next
  }
  throw new CallFailed({
    ok: false,
    kind: 'unavailable',
    code: 'UnexpectedAnswer',
    message: 'AWS answered with pages without an end',
  })
}

/** Slices for actions that take only so many names at once. */
export function slicesOf<Item>(items: readonly Item[], size: number): readonly (readonly Item[])[] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, index) => items.slice(index * size, (index + 1) * size))
}
