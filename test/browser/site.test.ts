// The security team's site in a real Chromium, from a disk: what is there, that it can be used by everybody, and that it runs nothing.
/// <reference lib="dom" />

import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname } from 'node:path'
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { renderSite } from '../../hardening/site/site.ts'
import { aYear } from '../hardening/a-year.ts'

const axe = createRequire(import.meta.url).resolve('axe-core/axe.min.js')
const input = aYear()
const newest = input.releases.at(-1)?.report.subject.release ?? ''
const pages = [
  'index.html',
  'waivers.html',
  'web-x86_64/index.html',
  'web-x86_64/controls.html',
  `web-x86_64/${newest}.html`,
  'web-x86_64/control/clock.html',
  `reports/web-x86_64-${newest}.html`,
]
let directory = ''
let browser: Browser

beforeAll(async () => {
  directory = await mkdtemp('/tmp/drover-site-')
  for (const [path, text] of renderSite(input)) {
    await mkdir(dirname(`${directory}/${path}`), { recursive: true })
    await writeFile(`${directory}/${path}`, text)
  }
  // Root in a container has no sandbox of its own to give; the pages are ours, and the network is off.
  browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox', '--disable-gpu'] })
})
afterAll(async () => {
  await browser?.close()
  await rm(directory, { recursive: true, force: true })
})

async function open(path: string, options: BrowserContextOptions = {}): Promise<Page> {
  const context = await browser.newContext({ offline: true, ...options })
  const page = await context.newPage()
  await page.goto(`file://${directory}/${path}`)
  return page
}

describe.each(['light', 'dark'] as const)('%s', (colorScheme) => {
  test.each(pages)('%s has nothing that axe objects to', async (path) => {
    const page = await open(path, { colorScheme, bypassCSP: true })
    await page.addScriptTag({ path: axe })
    const violations = await page.evaluate(async () => {
      // @ts-expect-error axe is what the tag above brought
      const { violations: all } = await axe.run()
      return all.map((one: { id: string; nodes: { html: string; failureSummary: string }[] }) => [
        one.id,
        one.nodes.slice(0, 3).map((node) => `${node.html.slice(0, 200)} ${node.failureSummary}`),
      ])
    })
    expect(violations).toEqual([])
    await page.context().close()
  })
})

test('every link leads to a page or a place that is there', async () => {
  const broken: string[] = []
  for (const [path, text] of renderSite(input)) {
    for (const [, href = ''] of text.matchAll(/href="([^"]*)"/g)) {
      const [file = '', place = ''] = href.split('#')
      const target = file === '' ? `${directory}/${path}` : `${directory}/${dirname(path)}/${file}`
      const there = await stat(target).catch(() => undefined)
      if (!there || (place !== '' && !(await readFile(target, 'utf8')).includes(`id="${place}"`))) broken.push(`${path}: ${href}`)
    }
  }
  expect([...new Set(broken)].slice(0, 10)).toEqual([])
})

test('texts of machines and scanners are texts: nothing runs, nothing is asked of a network', async () => {
  const page = await open('index.html')
  const asked: string[] = []
  page.on('request', (request) => asked.push(request.url()))
  page.on('dialog', (dialog) => asked.push(`dialog ${dialog.message()}`))
  page.on('console', (message) => asked.push(message.text()))
  page.on('pageerror', (error) => asked.push(error.message))
  for (const path of pages) {
    await page.goto(`file://${directory}/${path}`)
    expect(await page.locator('script').count()).toBeLessThanOrEqual(1)
    expect(await page.locator('img, iframe, object, [onerror], [onload], [onclick]').count()).toBe(0)
  }
  expect(asked.filter((url) => !url.startsWith('file://'))).toEqual([])
  await page.context().close()
})

test('a release says what its machines have lost since, each rule a link, and nothing of it is markup', async () => {
  const page = await open(pages.find((path) => /web-\d+\.\d+\.\d+\.html$/.test(path)) ?? '')
  const rows = await page.locator('#drift tbody tr, section[aria-labelledby=drift] tbody tr').allInnerTexts()
  expect(rows.map((row) => row.replace(/\s+/g, ' ').trim())).toEqual([
    'i-00000000000000001 staging eu-central-1 none',
    '<b>i-2</b> staging eu-central-1 banner lost',
  ])
  await page.context().close()
})

test('a filter stands in the address, survives a reload, and can be sent to somebody', async () => {
  const page = await open('web-x86_64/controls.html')
  const shown = page.locator('.filtered tbody tr:visible')
  const all = await shown.count()
  await page.keyboard.press('/')
  await page.keyboard.type('clock')
  expect(await shown.count()).toBe(1)
  await page.locator('select[name=severity]').selectOption('medium')
  const address = page.url()
  expect(address).toContain('#?search=clock&severity=medium')
  await page.reload()
  expect(await shown.count()).toBe(1)
  expect(await page.locator('[name=search]').inputValue()).toBe('clock')
  const other = await page.context().newPage()
  await other.goto(address)
  expect(await other.locator('.filtered tbody tr:visible').count()).toBe(1)
  await other.locator('[name=search]').fill('')
  await other.locator('select[name=severity]').selectOption('')
  expect(await other.locator('.filtered tbody tr:visible').count()).toBe(all)
  await page.context().close()
})

test('with the keyboard alone: from the overview to a control and its history, and one always sees where one is', async () => {
  const page = await open('index.html')
  await page.keyboard.press('Tab')
  expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('Skip to the content')
  const focusOn = async (text: string) => {
    for (let steps = 0; steps < 60; steps += 1) {
      await page.keyboard.press('Tab')
      const focused = await page.evaluate(() => {
        const element = document.activeElement as HTMLElement
        return { text: element.textContent ?? '', outline: getComputedStyle(element).outlineStyle }
      })
      if (focused.text.trim().startsWith(text)) {
        expect(focused.outline).not.toBe('none')
        return
      }
    }
    throw new Error(`no way to ${text} by the keyboard`)
  }
  await focusOn('Every control')
  await page.keyboard.press('Enter')
  await page.waitForURL(/controls\.html$/)
  await focusOn('Keep the time')
  await page.keyboard.press('Enter')
  await page.waitForURL(/control\/clock\.html$/)
  expect(await page.locator('h1').textContent()).toContain('Keep the time')
  expect(await page.locator('#history ~ * tbody tr, section:has(#history) tbody tr').count()).toBe(53)
  await page.context().close()
})

test('on paper the whole table is printed, without the filters', async () => {
  const page = await open('web-x86_64/controls.html#?search=clock')
  await page.evaluate(() => dispatchEvent(new Event('beforeprint')))
  await page.emulateMedia({ media: 'print' })
  expect(await page.locator('.filters').isVisible()).toBe(false)
  expect(await page.locator('.filtered tbody tr:visible').count()).toBe(await page.locator('.filtered tbody tr').count())
  await page.context().close()
})

test('a narrow window needs no scrolling sideways', async () => {
  for (const path of pages.slice(0, 6)) {
    const page = await open(path, { viewport: { width: 360, height: 800 } })
    expect(await page.evaluate(() => document.documentElement.scrollWidth), path).toBeLessThanOrEqual(360)
    await page.context().close()
  }
})

test('what a reader opens first stays small, however many releases there are', async () => {
  const size = async (weeks: number) => {
    for (const [path, text] of renderSite(aYear(weeks))) if (path === 'index.html') return text.length
    return 0
  }
  const [few, many] = [await size(4), await size(53)]
  let whole = 0
  for (const [, text] of renderSite(input)) whole += text.length
  // A point of the trend a release, and nothing of their rules.
  expect((many - few) / 49).toBeLessThan(400)
  expect(many / whole).toBeLessThan(0.05)
})
