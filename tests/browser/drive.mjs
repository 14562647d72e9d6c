// Plays steps in Chromium and says what it saw: JSON in, JSON out. Run by tests/browser/browser.py.
//
//   {"file", "width", "height", "scheme", "steps": [[verb, …], …]} → {"answers", "errors", "requests"}
//
// playwright-core lies under build/browser (./setup --browser); Chromium is the system's.
import {createRequire} from "node:module";
import {readFileSync} from "node:fs";

const require = createRequire(new URL("../../build/browser/", import.meta.url));
const {chromium} = require("playwright-core");
const asked = JSON.parse(readFileSync(0, "utf8"));

// The least contrast of any text on the page, with the text (WCAG 2: relative luminance).
function contrast() {
  const parse = (text) => text.match(/[\d.]+/g).map(Number);
  const light = ([r, g, b]) => [r, g, b].map((c) => c / 255)
    .map((c) => c <= .04045 ? c / 12.92 : ((c + .055) / 1.055) ** 2.4)
    .reduce((sum, c, i) => sum + c * [.2126, .7152, .0722][i], 0);
  const ratio = (a, b) => (Math.max(a, b) + .05) / (Math.min(a, b) + .05);
  // Every colour that may lie behind an element: its own, a gradient's, or its parents'.
  const behind = (node) => {
    for (let at = node; at; at = at.parentElement) {
      const style = getComputedStyle(at);
      if (style.backgroundImage !== "none") return style.backgroundImage.match(/rgba?\([^)]*\)/g).map(parse);
      const colour = parse(style.backgroundColor);
      if (colour.length < 4 || colour[3] === 1) return [colour];
    }
    return [[255, 255, 255]];
  };
  let worst = [99, ""];
  for (const node of document.querySelectorAll("body *")) {
    const own = [...node.childNodes].some((n) => n.nodeType === 3 && n.textContent.trim());
    if (!own || !node.checkVisibility() || node.disabled || ["SCRIPT", "STYLE"].includes(node.tagName)) continue;
    for (const colour of behind(node)) {
      const found = ratio(light(parse(getComputedStyle(node).color)), light(colour));
      if (found < worst[0]) worst = [found, `${node.tagName} ${node.className}: ${node.textContent.slice(0, 40)}`];
    }
  }
  return worst;
}

const verbs = {
  text: (page, selector) => page.locator(selector).innerText(),
  all: async (page, selector) => (await page.locator(selector).allInnerTexts())
    .map((text) => text.replace(/\s+/g, " ")),
  labels: (page, selector) => page.locator(selector).evaluateAll((nodes) =>
    nodes.map((node) => node.getAttribute("aria-label"))),
  count: (page, selector) => page.locator(selector).count(),
  fill: (page, selector, text) => page.locator(selector).fill(text),
  choose: (page, selector, value) => page.locator(selector).selectOption(value),
  click: (page, selector) => page.locator(selector).first().click(),
  press: (page, key) => page.keyboard.press(key),
  focused: (page) => page.evaluate(() => document.activeElement.id || document.activeElement.dataset.key
    || document.activeElement.textContent),
  overflow: (page) => page.evaluate(() => document.documentElement.scrollWidth - innerWidth),
  hash: (page) => page.evaluate(() => location.hash),
  contrast: (page) => page.evaluate(contrast),
  opened: (page) => page.evaluate(() => performance.getEntriesByType("navigation")[0].domComplete),
  screenshot: (page, path) => page.screenshot({path, fullPage: true}).then(() => path),
};

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM,
  args: ["--disable-background-networking", ...(process.getuid() === 0 ? ["--no-sandbox"] : [])],
});
const context = await browser.newContext({
  viewport: {width: asked.width, height: asked.height}, colorScheme: asked.scheme, offline: true,
});
const page = await context.newPage(), errors = [], requests = [], answers = [];
page.on("console", (message) => ["error", "warning"].includes(message.type()) && errors.push(message.text()));
page.on("pageerror", (error) => errors.push(error.message));
page.on("request", (request) => requests.push(request.url().split("#")[0]));
try {
  await page.goto("file://" + asked.file);
  for (const [verb, ...rest] of asked.steps) {
    const answer = await verbs[verb](page, ...rest);
    if (!["fill", "choose", "click", "press"].includes(verb)) answers.push(answer);
  }
} finally {
  await browser.close();
}
console.log(JSON.stringify({answers, errors, requests}));
