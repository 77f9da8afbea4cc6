import path from 'node:path'
import { pathToFileURL } from 'node:url'
import axe, { type AxeResults } from 'axe-core'
import { type Browser, chromium, type Page } from 'playwright-core'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { startReported } from './reported.ts'

// The page of a run in a browser: of one that came to its end, and of one whose lb gave wrong answers.
const test = suite('world/report-page')

const { fast, reset, deploy, deployBadly, folderOf } = await startReported()
const pages: { readonly title: string; readonly url: string }[] = []
let browser: Browser

const keep = async (title: string, work: typeof deploy): Promise<void> => {
  await reset()
  const run = await work()
  const { rename } = await import('node:fs/promises')
  // outside of runs/, which the next reset empties
  const file = path.join(fast.clones[0].root, `${title}.html`)
  await rename(path.join(folderOf(run), 'report.html'), file)
  pages.push({ title, url: pathToFileURL(file).href })
}

test.before(async () => {
  await keep('done', deploy)
  await keep('failed', deployBadly)
  browser = await chromium.launch({ executablePath: '/usr/bin/chromium' })
})
test.after(async () => {
  await browser?.close()
  await fast.close()
})

interface Look {
  readonly colorScheme: 'light' | 'dark'
  readonly width: number
}

const looks: readonly Look[] = (['light', 'dark'] as const).flatMap((colorScheme) =>
  [375, 1280].map((width) => ({ colorScheme, width })),
)

/** Opens each page in each look, and asserts that it says nothing on the console and asks for nothing but itself. */
const inEachLook = async (work: (page: Page, look: Look) => Promise<void>): Promise<void> => {
  for (const { url } of pages)
    for (const { colorScheme, width } of looks) {
      const context = await browser.newContext({ colorScheme, viewport: { width, height: 800 } })
      try {
        const page = await context.newPage()
        const [said, requests]: [string[], string[]] = [[], []]
        page.on('console', (message) => said.push(message.text()))
        page.on('pageerror', (error) => said.push(error.message))
        page.on('request', (request) => requests.push(request.url()))
        await page.goto(url)
        await work(page, { colorScheme, width })
        assert.equal([said, requests], [[], [url]])
      } finally {
        await context.close()
      }
    }
}

test('it asks for nothing but itself, fits the width, and axe finds nothing', async () => {
  await inEachLook(async (page, { width }) => {
    assert.is(await page.evaluate('document.documentElement.scrollWidth'), width)
    await page.evaluate(axe.source)
    const { violations, passes } = await page.evaluate<AxeResults>('axe.run()')
    assert.equal(
      violations.flatMap(({ id, nodes }) => nodes.map(({ html, failureSummary }) => [id, html, failureSummary])),
      [],
    )
    assert.ok(passes.some(({ id }) => id === 'color-contrast'))
  })
})

/** Colours as they come out, of what is drawn and of what it stands on; axe judges neither of them in SVG. */
const findMarks = `(() => {
  const opaque = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const colour = getComputedStyle(at).backgroundColor
      if (!/, 0\\)$/.test(colour)) return colour
    }
  }
  const isGround = (element, name) =>
    ['--grid', '--ground'].some((one) => (element.closest('[' + name + ']')?.getAttribute(name) ?? '').includes(one))
  const drawn = [...document.querySelectorAll('svg rect, svg line, svg path, svg text')].flatMap((element) =>
    ['fill', 'stroke'].flatMap((name) => {
      const colour = getComputedStyle(element)[name]
      if (colour === 'none' || isGround(element, name) || (name === 'fill' && element.tagName === 'line')) return []
      return [{ what: element.tagName + ' ' + name, colour, ground: opaque(element.closest('svg')) }]
    }))
  const bars = [...document.querySelectorAll('.track i, .who i')].map((element) => ({
    what: 'bar ' + element.className, colour: getComputedStyle(element).backgroundColor, ground: opaque(element.parentElement) }))
  return [...drawn, ...bars]
})()`

interface Mark {
  readonly what: string
  readonly colour: string
  readonly ground: string
}

/** Relative luminance (WCAG 2.2). */
const luminance = (colour: string): number => {
  const parts = /^rgb\((\d+), (\d+), (\d+)\)$/.exec(colour)?.slice(1).map(Number)
  if (!parts) throw new Error(`no opaque colour: ${colour}`)
  const [red = 0, green = 0, blue = 0] = parts.map((part) => {
    const share = part / 255
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}

const contrast = (one: string, other: string): number => {
  const [darker = 0, lighter = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b)
  return (lighter + 0.05) / (darker + 0.05)
}

test('what is drawn stands out from its ground, one generation from the next, and there is no text in pictures', async () => {
  let both = 0
  await inEachLook(async (page) => {
    const marks = await page.evaluate<readonly Mark[]>(findMarks)
    for (const kind of ['rect fill', 'line stroke', 'bar phase', 'bar step'])
      assert.ok(
        marks.some(({ what }) => what === kind),
        kind,
      )
    assert.equal(
      marks.filter(({ what }) => what.startsWith('text')),
      [],
    )
    const faint = marks.filter(({ colour, ground }) => contrast(colour, ground) < 3)
    assert.equal([...new Set(faint.map(({ what, colour, ground }) => `${what} ${colour} on ${ground}`))], [])
    const shown = await page.evaluate<readonly string[]>(
      `[...new Set([...document.querySelectorAll('.strip .who i')].map((element) => getComputedStyle(element).backgroundColor))]`,
    )
    const [old, made] = shown
    if (old === undefined || made === undefined) return
    both += 1
    assert.ok(contrast(old, made) >= 3, `${old} beside ${made}: ${contrast(old, made)}`)
  })
  assert.ok(both > 0)
})

test('everything that can be reached by the keyboard is reached in the order in which it is seen, and seen to be', async () => {
  await inEachLook(async (page) => {
    const wanted = await page.evaluate<number>(`document.querySelectorAll('summary, [tabindex="0"]').length`)
    const seen: { readonly top: number; readonly outline: string }[] = []
    for (let i = 0; i < wanted; i++) {
      await page.keyboard.press('Tab')
      seen.push(
        await page.evaluate(`(() => {
          const { activeElement } = document
          const top = activeElement.getBoundingClientRect().top + scrollY
          return { top, outline: activeElement === document.body ? 'none' : getComputedStyle(activeElement).outlineStyle }
        })()`),
      )
    }
    assert.ok(wanted >= 2)
    assert.equal(
      seen.map(({ outline }) => outline),
      seen.map(() => 'solid'),
    )
    const tops = seen.map(({ top }) => top)
    assert.equal(
      tops,
      [...tops].sort((one, other) => one - other),
    )
  })
})

test('in print nothing is cut off, and it is black on white whatever the theme', async () => {
  await inEachLook(async (page) => {
    await page.setViewportSize({ width: 700, height: 1000 })
    await page.emulateMedia({ media: 'print' })
    const cut = `[...document.querySelectorAll('main, main *')].filter((one) => one.scrollWidth > one.clientWidth + 1
      && one.clientWidth > 0 && getComputedStyle(one).overflowX !== 'visible').map((one) => one.className)`
    assert.equal(await page.evaluate(cut), [])
    const wide = `[...document.querySelectorAll('main *')].filter((one) => one.getBoundingClientRect().right > innerWidth)
      .map((one) => [one.tagName, one.textContent])`
    assert.equal(await page.evaluate(wide), [])
    const plan = await page.locator('section', { hasText: 'Plan' }).last().locator('li').first()
    assert.ok(await plan.isVisible(), 'what is folded on the screen')
    const colours = `(({ color, backgroundColor }) => [color, backgroundColor])(getComputedStyle(document.body))`
    assert.equal(await page.evaluate(colours), ['rgb(0, 0, 0)', 'rgb(255, 255, 255)'])
    const marks = await page.evaluate<readonly Mark[]>(findMarks)
    assert.equal(
      marks.filter(({ colour, ground }) => contrast(colour, ground) < 3),
      [],
    )
  })
})

test.run()
